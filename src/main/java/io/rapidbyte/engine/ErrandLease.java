package io.rapidbyte.engine;

import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.state.LeaseHolder;
import io.rapidbyte.state.OpenRun;
import io.rapidbyte.state.RunStart;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A pipeline's lease in the hands of an errand that changes something, which is recorded as a run without streams. Any thread. */
final class ErrandLease {
    private final StateStore store;
    private final OpenRun run;
    private final Instant startedAt;
    private final LeaseRenewal renewal;

    // guarded by this
    private Runnable onLost = () -> {};
    private boolean lost;

    private ErrandLease(Vertx vertx, StateStore store, OpenRun run, Instant startedAt) {
        this.store = store;
        this.run = run;
        this.startedAt = startedAt;
        this.renewal = new LeaseRenewal(
                vertx, LogScope.of(run.runId()), LeaseRenewal.INTERVAL, () -> store.renew(run), lost -> lose());
    }

    /**
     * Fails with a {@link io.rapidbyte.model.FailureException} while a run of the pipeline is alive.
     *
     * @param trigger what it is taken for, in one word
     */
    static Future<ErrandLease> take(Vertx vertx, StateStore store, String pipeline, String trigger) {
        Instant now = Instant.now();
        return OffLoop.call(vertx, LeaseHolder::ofThisProcess)
                .compose(holder ->
                        store.beginRun(new RunStart(pipeline, RunIds.next(), holder, now, trigger, List.of())))
                .map(run -> new ErrandLease(vertx, store, run, now))
                .recover(cause -> Future.failedFuture(StateFailures.explain(cause)));
    }

    private synchronized void lose() {
        lost = true;
        onLost.run();
    }

    /** What is to be stopped if the lease is lost; at once if it is lost already. */
    synchronized void onLost(Runnable stop) {
        onLost = stop;
        if (lost) {
            stop.run();
        }
    }

    /** Records how the errand ended and gives the lease back; fails if it was lost meanwhile. */
    Future<Void> giveBack(RunStatus status) {
        renewal.close();
        return store.finishRun(
                        run,
                        new RunReport(
                                run.runId(),
                                run.pipeline(),
                                status,
                                startedAt,
                                Duration.between(startedAt, Instant.now()),
                                List.of(),
                                Optional.empty()))
                .recover(cause -> Future.failedFuture(StateFailures.explain(cause)));
    }
}
