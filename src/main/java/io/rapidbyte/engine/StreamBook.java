package io.rapidbyte.engine;

import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.state.AttemptEnd;
import io.rapidbyte.state.Load;
import io.rapidbyte.state.LoadFrontier;
import io.rapidbyte.state.OpenRun;
import io.rapidbyte.state.StateStore;
import io.rapidbyte.state.StoredCursor;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * What the state knows of one stream of a run. On the orchestrator's event loop, but for what its
 * ledgers do; futures fail with what the state says.
 */
final class StreamBook {
    private final StateStore store;
    private final OpenRun run;
    private final StreamPlan plan;
    private final List<CursorValue> siblings;
    private final Set<String> changeStreams;
    private final DeadLetterCap cap;
    private final List<String> schemaChanges = new CopyOnWriteArrayList<>();

    /** Moved on by the ledger of the attempt under way, on its guest thread. */
    private volatile Load load;

    private volatile boolean complete;

    /**
     * Of one stream.
     *
     * @param siblings see {@link io.rapidbyte.model.Cursor#siblings}
     * @param changeStreams names of the run's streams of changes
     */
    StreamBook(
            StateStore store,
            OpenRun run,
            StreamPlan plan,
            Load load,
            List<CursorValue> siblings,
            Set<String> changeStreams,
            DeadLetterCap cap) {
        this.store = store;
        this.run = run;
        this.plan = plan;
        this.load = load;
        this.siblings = siblings;
        this.changeStreams = changeStreams;
        this.cap = cap;
    }

    /** As far as it has got. */
    Load load() {
        return load;
    }

    /** Whether all of the load's rows are in the destination. */
    boolean complete() {
        return complete;
    }

    /** Whether the load was opened with the settings that the pipeline has now. */
    boolean sameSettings() {
        return load.fingerprint().equals(plan.fingerprint());
    }

    /** What connectors are told in an attempt that begins where the load stands. */
    StreamContext context(int attempt) {
        // A replay goes by another name than its pipeline, so that its receipt is no receipt of the stream's own load.
        String name = plan.settings().run().pipeline();
        RunIdentity identity = new RunIdentity(name, run.runId(), load.loadId(), run.stateId(), run.epoch(), attempt);
        return plan.context(load, siblings, identity);
    }

    /** Takes over what the destination's receipt knows (I8); moves nothing if that is nothing new. */
    Future<Void> adopt(Receipt receipt) {
        Optional<CursorValue> cursor =
                load.syncMode().hasCursor() ? CursorPayload.parse(receipt.payload()) : Optional.empty();
        return store.adoptReceipt(run, load, receipt, cursor)
                .onSuccess(adopted -> {
                    load = adopted;
                    complete = receipt.complete();
                })
                .mapEmpty();
    }

    /** Gives the open load up for a new one with the settings of now. */
    Future<Void> replace() {
        return store.replaceLoad(run, plan.request())
                .onSuccess(fresh -> {
                    load = fresh;
                    complete = false;
                })
                .mapEmpty();
    }

    /** Only when all of them have one can the least be known. */
    private Future<List<CursorValue>> durableCursors() {
        return store.cursors(run.pipeline()).map(stored -> {
            List<CursorValue> cursors = stored.stream()
                    .filter(cursor -> changeStreams.contains(cursor.stream()))
                    .map(StoredCursor::value)
                    .toList();
            return cursors.size() == changeStreams.size() ? cursors : List.of();
        });
    }

    /** @param onSaved told of each frontier that was saved and how long that took, on the guest thread */
    StoreLedger ledger(int attempt, BiConsumer<LoadFrontier, Duration> onSaved) {
        Load start = load;
        Rejections rejections = plan.replay()
                .<Rejections>map(queue -> new ReplayBook(store, run, start, queue))
                .orElseGet(() -> new DeadLetterBook(store, run, start, attempt, cap));
        return new StoreLedger(
                start, attempt, rejections, this::altered, this::durableCursors, (frontier, moved, took) -> {
                    load = moved;
                    complete = frontier.last();
                    onSaved.accept(frontier, took);
                });
    }

    /** Records what was altered in the destination, on its guest thread. */
    private Future<Void> altered(String change) {
        return store.schemaChanged(run, plan.name(), List.of(change)).onSuccess(noted -> schemaChanges.add(change));
    }

    /** What this run has altered in the destination, in order. */
    List<String> schemaChanges() {
        return List.copyOf(schemaChanges);
    }

    /** Notes an attempt that was not the only one. */
    Future<Void> attempted(
            int attempt, Instant startedAt, RunStatus outcome, Optional<Failure> failure, Optional<Duration> delay) {
        AttemptEnd end = new AttemptEnd(
                plan.name(),
                attempt,
                Instant.now(),
                outcome,
                failure.map(f -> f.error().code()),
                failure.map(f -> f.error().message()),
                delay);
        return store.attemptStarted(run, plan.name(), attempt, startedAt)
                .compose(started -> store.attemptEnded(run, end));
    }
}
