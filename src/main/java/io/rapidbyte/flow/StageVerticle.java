package io.rapidbyte.flow;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.StageTrace;
import io.rapidbyte.wasm.GuestThread;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Hosts one stage: its edges on this event loop, its guest on a thread of its own. Undeploy it only
 * when the stages before and after it have ended too: until then it takes in, and gives back, what
 * they still send.
 */
public final class StageVerticle extends VerticleBase {
    private final StagePlan plan;
    private final StageGuest.Maker maker;
    private final FramePool pool;
    private final StageListener listener;
    private final StreamLedger ledger;
    private final StageTrace trace;

    private final StageStop stop = new StageStop();
    private final Promise<Void> gone = Promise.promise();

    // set on the event loop at start, read by any thread after deployment
    private Optional<Inlet> inlet = Optional.empty();
    private Optional<Outlet> outlet = Optional.empty();
    private Optional<StageRun> run = Optional.empty();
    private Optional<StagePort> port = Optional.empty();

    // event loop
    private boolean started;
    private boolean ended;

    /**
     * Makes a stage that does nothing before it is deployed.
     *
     * @param ledger the stream's, which all of its stages share
     */
    public StageVerticle(
            StagePlan plan,
            StageGuest.Maker maker,
            FramePool pool,
            StageListener listener,
            StreamLedger ledger,
            StageTrace trace) {
        this.plan = plan;
        this.maker = maker;
        this.pool = pool;
        this.listener = listener;
        this.ledger = ledger;
        this.trace = trace;
    }

    @Override
    public Future<?> start() {
        inlet = plan.upstream().map(edge -> new Inlet(new EdgeBus(vertx, edge, trace), edge, plan.window()));
        outlet = plan.downstream()
                .map(edge -> new Outlet(
                        new EdgeBus(vertx, edge, trace), edge, plan.window(), plan.compression(), pool, plan.label()));
        StagePort made = new StagePort(plan, inlet, outlet, listener, ledger, stop);
        port = Optional.of(made);
        run = Optional.of(new StageRun(plan, maker, made, inlet, outlet, stop, trace));
        inlet.ifPresent(i -> i.register(this::upstreamFailed, this::broken));
        outlet.ifPresent(o -> o.register(this::downstreamFailed, this::broken));
        return Future.succeededFuture();
    }

    /** Starts the guest, once all stages of the stream stand and listen. Any thread; once. */
    public void go() {
        context.runOnContext(v -> {
            if (ended) {
                return;
            }
            StageRun life = run.orElseThrow();
            started = true;
            GuestThread.start(
                    "guest " + plan.label() + " of " + plan.stream().name(),
                    () -> plan.logScope().run(() -> {
                        StageOutcome outcome = life.live();
                        context.runOnContext(done -> ended(outcome));
                    }));
        });
    }

    /** The guest learns it when it asks for more, and rolls back by itself; if it does not, it is stopped (I1, I4). */
    private void upstreamFailed(Failure failure) {
        stop.offer(failure, true);
        vertx.setTimer(plan.patience().rollBack().toMillis(), t -> {
            if (!ended) {
                stopGuest(FlowErrors.upstreamFailed(failure));
            }
        });
    }

    private void downstreamFailed(Failure failure) {
        stop.offer(failure, true);
        stopGuest(FlowErrors.downstreamFailed(failure));
    }

    private void broken(ConnectorError error) {
        stop.offer(StageFailures.of(plan, error), false);
        stopGuest(error);
    }

    /** Lets a source that has no end of its own end in good order, when it asks. Any thread, once deployed. */
    public void end() {
        port.ifPresent(StagePort::end);
    }

    /**
     * Stops the guest, whatever it does. Any thread; returns at once, the listener hears the end.
     *
     * @param reason what the stage's outcome says
     */
    public void cancel(Failure reason) {
        stop.offer(reason, true);
        context.runOnContext(v -> stopGuest(reason.error()));
    }

    private void stopGuest(ConnectorError reason) {
        if (ended) {
            return;
        }
        inlet.ifPresent(i -> i.stop(reason));
        outlet.ifPresent(o -> o.stop(reason));
        run.ifPresent(StageRun::cancel);
        vertx.setTimer(plan.patience().stop().toMillis(), t -> giveUp());
    }

    /** The guest thread does not end: its stream must not wait for it for ever (I4). */
    private void giveUp() {
        if (ended) {
            return;
        }
        Failure failure = StageFailures.of(
                plan,
                FlowErrors.defect(
                        "stage.stuck",
                        plan.label() + " did not stop within "
                                + plan.patience().stop().toSeconds()
                                + " s; its thread and memory stay until the process ends"));
        inlet.ifPresent(i -> i.refuse(failure));
        outlet.ifPresent(o -> o.abort(failure));
        ended(new StageOutcome.Failed(
                failure,
                false,
                taken(),
                sent(),
                new StageOutcome.Account(Map.of("total", plan.patience().stop()), Map.of())));
    }

    private void ended(StageOutcome outcome) {
        if (!ended) {
            ended = true;
            listener.ended(plan, outcome);
            gone.complete();
        }
    }

    /** What the guest took so far. Any thread, once deployed. */
    public EdgeCounts taken() {
        return inlet.map(Inlet::taken).orElse(EdgeCounts.NONE);
    }

    /** What went out so far. Any thread, once deployed. */
    public EdgeCounts sent() {
        return outlet.map(Outlet::sent).orElse(EdgeCounts.NONE);
    }

    /** Time that the guest has waited for its neighbours so far. Any thread, once deployed. */
    public Duration waitTime() {
        return run.map(StageRun::waitTime).orElse(Duration.ZERO);
    }

    /** A number that the guest told of itself last. Any thread, once deployed. */
    public OptionalDouble metric(String name) {
        double told = run.map(r -> r.metrics().get(name, Double.NaN)).orElse(Double.NaN);
        return Double.isNaN(told) ? OptionalDouble.empty() : OptionalDouble.of(told);
    }

    @Override
    public Future<?> stop() {
        if (!started) {
            ended = true;
            gone.complete();
        } else if (!ended) {
            stop.offer(StageFailures.of(plan, FlowErrors.cancelled()), true);
            stopGuest(FlowErrors.cancelled());
        }
        return gone.future().onComplete(done -> {
            inlet.ifPresent(Inlet::close);
            outlet.ifPresent(Outlet::close);
        });
    }
}
