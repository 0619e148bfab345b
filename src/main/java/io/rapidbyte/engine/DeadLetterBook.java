package io.rapidbyte.engine;

import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.state.Load;
import io.rapidbyte.state.LoadFrontier;
import io.rapidbyte.state.OpenRun;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import java.util.List;

/** Keeps the rows that an attempt of a run rejects, as dead letters. */
final class DeadLetterBook implements Rejections {
    private final StateStore store;
    private final OpenRun run;
    private final Load start;
    private final int attempt;
    private final DeadLetterCap cap;

    // Written on the guest thread; read on the event loop once the attempt has ended.
    private volatile DeadLetterCap.Amount made = DeadLetterCap.Amount.NONE;
    private volatile DeadLetterCap.Amount saved = DeadLetterCap.Amount.NONE;

    DeadLetterBook(StateStore store, OpenRun run, Load start, int attempt, DeadLetterCap cap) {
        this.store = store;
        this.run = run;
        this.start = start;
        this.attempt = attempt;
        this.cap = cap;
    }

    @Override
    public void add(RejectedRecord row) {
        made = made.plus(DeadLetterCap.Amount.of(row));
        cap.add(start.stream(), row);
    }

    @Override
    public Future<Void> prepare(long sequence, List<RejectedRecord> rows, String schema) {
        return rows.isEmpty()
                ? Future.succeededFuture()
                : store.prepareDeadLetters(run, start, attempt, sequence, rows, schema);
    }

    /** Until this returns no further row is rejected: the guest waits. */
    @Override
    public Future<Void> save(LoadFrontier frontier) {
        DeadLetterCap.Amount upToThere = made;
        return store.saveFrontier(run, frontier).onSuccess(done -> saved = upToThere);
    }

    @Override
    public void close() {
        cap.giveBack(made.minus(saved));
    }
}
