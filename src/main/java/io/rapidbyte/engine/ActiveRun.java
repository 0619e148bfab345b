package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.engine.RunMachine.Effect;
import io.rapidbyte.engine.RunMachine.Signal;
import io.rapidbyte.engine.RunMachine.State;
import io.rapidbyte.flow.FramePool;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import io.rapidbyte.state.LeaseHolder;
import io.rapidbyte.state.LeaseLostException;
import io.rapidbyte.state.RunStart;
import io.rapidbyte.state.StateStore;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;

/** One run: carries out what the {@link RunMachine} says. On the orchestrator's event loop. */
final class ActiveRun {
    private static final Logger LOG = System.getLogger(ActiveRun.class.getName());

    /** Five a second: smooth to the eye, nothing beside the work. */
    static final long PROGRESS_INTERVAL_MS = 200;

    /** What makes a run's streams; may wait for the state. Fails with what is wrong with the pipeline or with the state. */
    interface Planning {
        Future<List<StreamPlan>> plan(Future<StateStore> opening);
    }

    private record Planned(List<StreamPlan> streams, LeaseHolder holder) {}

    private final Vertx vertx;
    private final Context context;
    private final String runId;
    private final Pipeline pipeline;
    private final String trigger;
    private final FramePool pool;
    private final RunStory story;
    private final LogScope scope;
    private final Duration leaseRenewal;
    private final Promise<Void> accepted = Promise.promise();
    private final Promise<RunReport> report = Promise.promise();
    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();
    private List<ActiveStream> streams = List.of();
    private OptionalLong progress = OptionalLong.empty();
    private Optional<LeaseRenewal> renewal = Optional.empty();
    private Optional<Planned> planned = Optional.empty();
    private Optional<StateStore> store = Optional.empty();
    private Optional<RunBook> book = Optional.empty();
    private State state = State.CHECKING;
    private Throwable refusal = new IllegalStateException("not refused");
    private Optional<Failure> firstFailure = Optional.empty();
    private boolean settling;

    /**
     * @param trigger who asked for the run, for its record
     * @param leaseRenewal how often the lease is renewed while nothing is written
     */
    ActiveRun(
            Vertx vertx,
            Context context,
            String runId,
            Pipeline pipeline,
            String trigger,
            FramePool pool,
            RunStory story,
            Duration leaseRenewal) {
        this.vertx = vertx;
        this.context = context;
        this.runId = runId;
        this.pipeline = pipeline;
        this.trigger = trigger;
        this.pool = pool;
        this.story = story;
        this.scope = LogScope.of(runId);
        this.leaseRenewal = leaseRenewal;
    }

    String runId() {
        return runId;
    }

    State state() {
        return state;
    }

    /** Completes when the run has begun; fails with the pipeline's problems or with what its state says. */
    Future<Void> accepted() {
        return accepted.future();
    }

    Future<RunReport> report() {
        return report.future();
    }

    /** Starts with a look at the pipeline, off the event loop, while its state is opened. */
    void begin(Planning planner, StateStores stores) {
        scope.run(() -> plan(planner, stores.open(pipeline.state())));
    }

    private void plan(Planning planner, Future<StateStore> opening) {
        Future<Planned> planning = planner.plan(opening)
                .compose(plans -> OffLoop.call(vertx, () -> new Planned(plans, LeaseHolder.ofThisProcess())));
        Future.join(planning, opening).onComplete(both -> context.runOnContext(v -> checked(planning, opening)));
    }

    private void checked(Future<Planned> planning, Future<StateStore> opening) {
        if (planning.succeeded() && opening.succeeded()) {
            planned = Optional.of(planning.result());
            store = Optional.of(opening.result());
            signal(Signal.CHECK_PASSED);
        } else {
            refusal = planning.failed() ? planning.cause() : opening.cause();
            signal(Signal.CHECK_FAILED);
        }
    }

    void cancel() {
        signal(Signal.CANCEL);
    }

    /** The only way to change the state. */
    private void signal(Signal signal) {
        scope.run(() -> take(signal));
    }

    private void take(Signal signal) {
        Machine.Rule<State, Signal, Effect> rule = RunMachine.TABLE.on(state, signal);
        LOG.log(Level.TRACE, () -> "run " + runId + ": " + state + " on " + signal + " to " + rule.to());
        state = rule.to();
        rule.effects().forEach(this::carryOut);
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case BEGIN -> enter();
            case ANNOUNCE -> announce();
            case ADMIT_STREAMS -> admit();
            case END_STREAMS -> streams.forEach(ActiveStream::end);
            case CANCEL_STREAMS -> streams.forEach(ActiveStream::cancel);
            case SAVE -> save();
            case REFUSE -> refuse();
            case REPORT -> conclude();
        }
    }

    private void enter() {
        Planned plan = planned.orElseThrow();
        RunStart start = new RunStart(
                pipeline.name(),
                runId,
                plan.holder(),
                startedAt,
                trigger,
                plan.streams().stream().map(StreamPlan::request).toList());
        RunBook.begin(store.orElseThrow(), pipeline, plan.streams(), start)
                .onComplete(begun -> context.runOnContext(v -> entered(begun)));
    }

    private void entered(AsyncResult<RunBook> begun) {
        if (begun.failed()) {
            refusal = StateFailures.explain(begun.cause());
            signal(Signal.BEGIN_FAILED);
            return;
        }
        book = Optional.of(begun.result());
        streams = streams(begun.result(), planned.orElseThrow().streams());
        signal(Signal.BEGUN);
        settle();
    }

    private List<ActiveStream> streams(RunBook entered, List<StreamPlan> plans) {
        RetryPolicy retries = new RetryPolicy(pipeline.resources().maxRetries(), new SplittableRandom());
        StoreConnectorState connectorState = new StoreConnectorState(entered.store());
        Failure cancelled = cancelled();
        List<ActiveStream> all = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            all.add(new ActiveStream(
                    vertx,
                    context,
                    plans.get(i),
                    entered.stream(i, plans.get(i)),
                    connectorState,
                    retries,
                    pool,
                    story,
                    scope.stream(plans.get(i).name()),
                    cancelled,
                    this::streamEnded));
        }
        return all;
    }

    private void announce() {
        story.runStarted(
                pipeline.name(),
                planned.orElseThrow().streams().stream().map(StreamPlan::name).toList());
        progress = OptionalLong.of(
                vertx.setPeriodic(PROGRESS_INTERVAL_MS, t -> streams.forEach(ActiveStream::tellProgress)));
        renewal = Optional.of(new LeaseRenewal(
                vertx,
                scope,
                leaseRenewal,
                () -> book.orElseThrow().renew(),
                lost -> context.runOnContext(v -> leaseLost(lost))));
        accepted.complete();
    }

    private void leaseLost(LeaseLostException lost) {
        noteFailure(StateFailures.of(lost, Optional.empty(), Optional.empty()));
        signal(Signal.LEASE_LOST);
    }

    private void admit() {
        long running = streams.stream().filter(s -> !s.waiting() && !s.ended()).count();
        // Streams that are followed do not make room for one another.
        int most = pipeline.source().follow().isPresent()
                ? streams.size()
                : pipeline.resources().parallelism();
        long room = most - running;
        streams.stream()
                .filter(ActiveStream::waiting)
                .limit(Math.max(0, room))
                .toList()
                .forEach(ActiveStream::admit);
    }

    private void streamEnded(ActiveStream stream) {
        StreamReport told = stream.report().orElseThrow();
        if (told.status() == RunStatus.FAILED) {
            told.failure().ifPresent(this::noteFailure);
        }
        signal(told.status() == RunStatus.FAILED ? Signal.STREAM_FAILED : Signal.STREAM_ENDED);
        settle();
    }

    private void settle() {
        if (!settling && streams.stream().allMatch(ActiveStream::ended)) {
            settling = true;
            boolean allSucceeded =
                    streams.stream().allMatch(s -> s.report().orElseThrow().status() == RunStatus.SUCCEEDED);
            signal(allSucceeded ? Signal.ALL_SUCCEEDED : Signal.ALL_ENDED);
        }
    }

    private void noteFailure(Failure failure) {
        if (firstFailure.isEmpty()) {
            firstFailure = Optional.of(failure);
        }
    }

    private void refuse() {
        if (!(refusal instanceof PipelineException || refusal instanceof FailureException)) {
            LOG.log(Level.ERROR, "run " + runId + " could not be planned", refusal);
        }
        accepted.fail(refusal);
        report.fail(refusal);
    }

    private void save() {
        progress.ifPresent(vertx::cancelTimer);
        renewal.ifPresent(LeaseRenewal::close);
        RunStatus status = switch (state) {
            case SAVING_SUCCESS -> RunStatus.SUCCEEDED;
            case SAVING_FAILURE -> RunStatus.FAILED;
            case SAVING_CANCEL -> RunStatus.CANCELLED;
            case CHECKING, BEGINNING, RUNNING, FAILING, CANCELLING, ABANDONING, SUCCEEDED, FAILED, CANCELLED, REFUSED ->
                throw new IllegalStateException("run " + runId + " saved in state " + state);
        };
        book.orElseThrow().finish(told(status)).onComplete(done -> context.runOnContext(v -> saved(done)));
    }

    private void saved(AsyncResult<Void> done) {
        if (done.failed()) {
            scope.run(() -> LOG.log(Level.DEBUG, "the end of run " + runId + " could not be saved", done.cause()));
            if (StateFailures.explain(done.cause()) instanceof FailureException e) {
                noteFailure(e.failure());
            } else {
                noteFailure(defect(done.cause()));
            }
        }
        signal(done.succeeded() ? Signal.SAVED : Signal.SAVE_FAILED);
    }

    private void conclude() {
        RunStatus status = switch (state) {
            case SUCCEEDED -> RunStatus.SUCCEEDED;
            case FAILED -> RunStatus.FAILED;
            case CANCELLED -> RunStatus.CANCELLED;
            case CHECKING,
                    BEGINNING,
                    RUNNING,
                    FAILING,
                    CANCELLING,
                    ABANDONING,
                    SAVING_SUCCESS,
                    SAVING_FAILURE,
                    SAVING_CANCEL,
                    REFUSED -> throw new IllegalStateException("run " + runId + " reported in state " + state);
        };
        RunReport told = told(status);
        story.runFinished(told);
        report.complete(told);
    }

    private RunReport told(RunStatus status) {
        Optional<Failure> failure = switch (status) {
            case SUCCEEDED, SKIPPED -> Optional.empty();
            case FAILED -> firstFailure;
            case CANCELLED -> Optional.of(cancelled());
        };
        return new RunReport(
                runId,
                pipeline.name(),
                status,
                startedAt,
                Duration.ofNanos(System.nanoTime() - startedNanos),
                streams.stream().map(s -> s.report().orElseThrow()).toList(),
                failure);
    }

    private static Failure cancelled() {
        return new Failure(
                FailureKind.CANCELLED,
                ConnectorError.permanent(ErrorCategory.CANCELLED, "run.cancelled", "the run was cancelled"));
    }

    private static Failure defect(Throwable cause) {
        return new Failure(
                FailureKind.INTERNAL,
                ConnectorError.permanent(ErrorCategory.INTERNAL, "engine.defect", "the host failed: " + cause));
    }
}
