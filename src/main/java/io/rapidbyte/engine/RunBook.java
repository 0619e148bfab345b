package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.state.Load;
import io.rapidbyte.state.LoadRecord;
import io.rapidbyte.state.OpenRun;
import io.rapidbyte.state.RunStart;
import io.rapidbyte.state.StateStore;
import io.rapidbyte.state.StoredCursor;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A run in the state, from the lease to the report. On the orchestrator's event loop; futures fail with what the state says. */
final class RunBook {
    private final StateStore store;
    private final OpenRun run;
    private final List<CursorValue> changes;
    private final Set<String> changeStreams;
    private final DeadLetterCap cap;

    private RunBook(
            StateStore store, OpenRun run, List<CursorValue> changes, Set<String> changeStreams, DeadLetterCap cap) {
        this.store = store;
        this.run = run;
        this.changes = changes;
        this.changeStreams = changeStreams;
        this.cap = cap;
    }

    /** Takes the pipeline's lease and opens or finds the streams' loads. */
    static Future<RunBook> begin(StateStore store, Pipeline pipeline, List<StreamPlan> streams, RunStart start) {
        DeadLetterCap cap = new DeadLetterCap(pipeline.destination().maxDeadLetters());
        return requireSameCursors(store, streams, start.pipeline())
                .compose(same -> store.beginRun(start))
                .map(run -> new RunBook(store, run, changes(streams, run), changeStreams(streams), cap));
    }

    private static Set<String> changeStreams(List<StreamPlan> streams) {
        return streams.stream()
                .filter(plan -> plan.settings().syncMode() == SyncMode.CDC)
                .map(StreamPlan::name)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** How far the streams of changes had got, those that have begun. */
    private static List<CursorValue> changes(List<StreamPlan> streams, OpenRun run) {
        return IntStream.range(0, streams.size())
                .filter(i -> streams.get(i).settings().syncMode() == SyncMode.CDC)
                .mapToObj(i -> run.loads().get(i).cursor())
                .flatMap(Optional::stream)
                .toList();
    }

    /**
     * A kept cursor is the value of a column, and means nothing of another (I9). So is a load's position: of one that was left open
     * the destination may know more than has been kept.
     */
    private static Future<Void> requireSameCursors(StateStore store, List<StreamPlan> streams, String pipeline) {
        if (streams.stream().noneMatch(plan -> plan.settings().cursor().isPresent())) {
            return Future.succeededFuture();
        }
        return store.loads(pipeline)
                .compose(loads -> store.cursors(pipeline).compose(cursors -> {
                    Map<String, LoadRecord> last = new HashMap<>();
                    loads.forEach(load -> last.put(load.stream(), load));
                    Map<String, StoredCursor> kept = new HashMap<>();
                    cursors.forEach(cursor -> kept.put(cursor.stream(), cursor));
                    return streams.stream()
                            .filter(plan -> anotherCursor(
                                    plan,
                                    Optional.ofNullable(last.get(plan.name())),
                                    Optional.ofNullable(kept.get(plan.name()))))
                            .findFirst()
                            .map(plan -> Future.<Void>failedFuture(new FailureException(cursorChanged(plan))))
                            .orElseGet(Future::succeededFuture);
                }));
    }

    private static boolean anotherCursor(StreamPlan plan, Optional<LoadRecord> last, Optional<StoredCursor> kept) {
        return plan.settings()
                .cursor()
                .filter(cursor -> last.filter(load -> anotherCursor(plan, load)).isPresent()
                        || kept.filter(stored -> isOfOtherColumns(stored, cursor))
                                .isPresent())
                .isPresent();
    }

    private static boolean anotherCursor(StreamPlan plan, LoadRecord before) {
        return before.status() != LoadRecord.Status.RESET
                && switch (before.syncMode()) {
                    case INCREMENTAL, CDC -> !Fingerprint.sameCursor(before.fingerprint(), plan.fingerprint());
                    case FULL_REFRESH -> false;
                };
    }

    private static boolean isOfOtherColumns(StoredCursor stored, Cursor cursor) {
        return stored.field().isPresent()
                && !(stored.field().get().equals(cursor.field())
                        && stored.tieBreakerField().equals(cursor.tieBreakerField()));
    }

    private static Failure cursorChanged(StreamPlan plan) {
        return StateFailures.permanent(
                plan.name(),
                "engine.cursor-changed",
                "stream " + plan.name() + " was read by another cursor_field, tie_breaker_field or sync_mode so far,"
                        + " and the value that was kept means nothing of the new one. Change the settings"
                        + " back, or read the stream from its first row again after: rapidbyte state reset"
                        + " --stream '" + plan.name() + "'");
    }

    /** The books of the stream at this place in the pipeline. */
    StreamBook stream(int index, StreamPlan plan) {
        Load load = run.loads().get(index);
        return new StreamBook(store, run, plan, load, changes, changeStreams, cap);
    }

    StateStore store() {
        return store;
    }

    /** Keeps the lease. */
    Future<Void> renew() {
        return store.renew(run);
    }

    /** Notes how the run ended and gives the lease back, in one transaction (I7). */
    Future<Void> finish(RunReport report) {
        return store.finishRun(run, report);
    }
}
