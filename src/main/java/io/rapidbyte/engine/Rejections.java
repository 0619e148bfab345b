package io.rapidbyte.engine;

import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.state.LoadFrontier;
import io.vertx.core.Future;
import java.util.List;

/**
 * What becomes of the rows that a destination rejects in one attempt, and of the frontiers that they lie before. Called on
 * the destination's guest thread; futures fail with what the state says.
 */
interface Rejections {
    /** One more; fails with a {@link io.rapidbyte.model.FailureException} if that is too many. */
    void add(RejectedRecord row);

    /**
     * Saves what is known of barrier {@code sequence} before the destination makes it durable.
     *
     * @param rows rejected since the barrier before it
     * @param schema of these rows
     */
    Future<Void> prepare(long sequence, List<RejectedRecord> rows, String schema);

    /** Saves the frontier, and that what was prepared counts. */
    Future<Void> save(LoadFrontier frontier);

    /** The attempt has ended: what lies behind its last frontier does not count. */
    void close();
}
