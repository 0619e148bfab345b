package io.rapidbyte.engine;

import io.rapidbyte.flow.Frontier;
import io.rapidbyte.flow.StreamLedger;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.state.Load;
import io.rapidbyte.state.LoadFrontier;
import io.rapidbyte.state.StateException;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The books of one attempt at a stream, in the state. */
final class StoreLedger implements StreamLedger {
    /** Hears of a frontier that is safe. */
    interface OnSaved {
        /**
         * On the guest thread.
         *
         * @param load as it stands then
         * @param took how long the state needed
         */
        void saved(LoadFrontier frontier, Load load, Duration took);
    }

    private final Load start;
    private final int attempt;
    private final Rejections rejections;
    private final Function<String, Future<Void>> onAltered;
    private final Supplier<Future<List<CursorValue>>> durableCursors;
    private final OnSaved onSaved;

    // Written on the guest thread; read on the event loop once the attempt has ended.
    private volatile long prepared;
    private volatile long committed;
    private volatile long rejected;

    /**
     * Continues from {@code start}.
     *
     * @param onAltered records a change of the destination's schema
     * @param durableCursors looks them up, as {@link #durableCursors} gives them
     * @param onSaved told of each frontier that was saved, on the guest thread
     */
    StoreLedger(
            Load start,
            int attempt,
            Rejections rejections,
            Function<String, Future<Void>> onAltered,
            Supplier<Future<List<CursorValue>>> durableCursors,
            OnSaved onSaved) {
        this.start = start;
        this.attempt = attempt;
        this.rejections = rejections;
        this.onAltered = onAltered;
        this.durableCursors = durableCursors;
        this.onSaved = onSaved;
        this.prepared = start.sequence();
        this.committed = start.sequence();
    }

    @Override
    public long committedSequence() {
        return start.sequence();
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    public void rejected(RejectedRecord row) {
        rejected++;
        rejections.add(row);
    }

    @Override
    public void prepare(long sequence, List<RejectedRecord> rows, String schema) {
        // From here on nobody but the destination knows whether it has committed (I10).
        prepared = sequence;
        await(rejections.prepare(sequence, rows, schema).map(true), Optional.of(CommitState.BEFORE_COMMIT));
    }

    @Override
    public void schemaChanged(String change) {
        await(onAltered.apply(change).map(true), Optional.of(CommitState.BEFORE_COMMIT));
    }

    @Override
    public void committed(Frontier durable) {
        LoadFrontier frontier = new LoadFrontier(
                start.stream(),
                start.loadId(),
                attempt,
                durable.sequence(),
                durable.payload(),
                durable.last(),
                start.rows() + durable.rows(),
                start.rejected() + durable.rejected(),
                cursor(durable.payload()));
        // The cursor moves here and nowhere else: after the destination's own commit (I6), and with all else (I7).
        long saving = System.nanoTime();
        await(rejections.save(frontier).map(true), Optional.of(CommitState.AFTER_COMMIT_CONFIRMED));
        Duration took = Duration.ofNanos(System.nanoTime() - saving);
        prepared = durable.sequence();
        committed = durable.sequence();
        onSaved.saved(frontier, after(frontier), took);
    }

    @Override
    public List<CursorValue> durableCursors() {
        return await(durableCursors.get(), Optional.empty());
    }

    private Optional<CursorValue> cursor(String payload) {
        if (!start.syncMode().hasCursor()) {
            return Optional.empty();
        }
        try {
            return CursorPayload.parse(payload);
        } catch (IllegalArgumentException e) {
            throw failure(
                    ErrorCategory.INTERNAL,
                    FailureKind.INTERNAL,
                    "engine.bad-cursor",
                    e.getMessage() + "; this is a defect of the source connector");
        }
    }

    private Load after(LoadFrontier frontier) {
        return new Load(
                start.stream(),
                start.loadId(),
                start.continued(),
                start.syncMode(),
                start.writeMode(),
                start.fingerprint(),
                frontier.sequence(),
                frontier.payload(),
                frontier.rows(),
                frontier.rejected(),
                frontier.cursor().or(start::cursor));
    }

    /** Whether the destination was about to commit and has not said that it did. */
    boolean inDoubt() {
        return prepared > committed;
    }

    /** Rows of the load that were delivered before this attempt. */
    long rowsBefore() {
        return start.rows();
    }

    /** Rows that were refused in this attempt so far. */
    long rejected() {
        return rejected;
    }

    /** To be called when the attempt has ended: rows rejected behind the last frontier do not count. */
    void close() {
        rejections.close();
    }

    private <T> T await(Future<T> answer, Optional<CommitState> commitState) {
        try {
            return Waiting.on(answer);
        } catch (StateException e) {
            throw new FailureException(StateFailures.of(e, Optional.of(start.stream()), commitState), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure(ErrorCategory.CANCELLED, FailureKind.CANCELLED, "run.cancelled", "the run was cancelled");
        }
    }

    private FailureException failure(ErrorCategory category, FailureKind kind, String code, String message) {
        return new FailureException(new Failure(
                kind,
                ConnectorError.permanent(category, code, message),
                Optional.of(start.stream()),
                Optional.empty()));
    }
}
