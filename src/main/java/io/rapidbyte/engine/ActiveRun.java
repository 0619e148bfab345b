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
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One run: carries out what the {@link RunMachine} says. On the orchestrator's event loop. */
final class ActiveRun {
    private static final Logger LOG = System.getLogger(ActiveRun.class.getName());

    /** Five a second: smooth to the eye, nothing beside the work. */
    static final long PROGRESS_INTERVAL_MS = 200;

    private final Vertx vertx;
    private final Context context;
    private final String runId;
    private final Pipeline pipeline;
    private final FramePool pool;
    private final RunStory story;
    private final Promise<Void> accepted = Promise.promise();
    private final Promise<RunReport> report = Promise.promise();
    private final Instant startedAt = Instant.now();
    private final long startedNanos = System.nanoTime();

    private List<ActiveStream> streams = List.of();
    private State state = State.CHECKING;
    private Throwable refusal = new IllegalStateException("not refused");
    private Optional<Failure> firstFailure = Optional.empty();
    private Optional<Long> progressTimer = Optional.empty();
    private boolean settling;

    ActiveRun(Vertx vertx, Context context, String runId, Pipeline pipeline, FramePool pool, RunStory story) {
        this.vertx = vertx;
        this.context = context;
        this.runId = runId;
        this.pipeline = pipeline;
        this.pool = pool;
        this.story = story;
    }

    String runId() {
        return runId;
    }

    State state() {
        return state;
    }

    /** Completes when the pipeline was found sound; fails with its problems. */
    Future<Void> accepted() {
        return accepted.future();
    }

    Future<RunReport> report() {
        return report.future();
    }

    /** Starts with a look at the pipeline, off the event loop. */
    void begin(RunPlanner planner) {
        OffLoop.call(vertx, () -> planner.plan(pipeline, runId)).onComplete(plan -> {
            if (plan.succeeded()) {
                Failure cancelled = cancelled();
                streams = plan.result().stream()
                        .map(s -> new ActiveStream(vertx, context, s, pool, story, cancelled, this::streamEnded))
                        .toList();
                signal(Signal.CHECK_PASSED);
            } else {
                refusal = plan.cause();
                signal(Signal.CHECK_FAILED);
            }
        });
    }

    void cancel() {
        signal(Signal.CANCEL);
    }

    /** The only place where the state changes. */
    private void signal(Signal signal) {
        Machine.Rule<State, Signal, Effect> rule = RunMachine.TABLE.on(state, signal);
        LOG.log(Level.TRACE, () -> "run " + runId + ": " + state + " on " + signal + " to " + rule.to());
        state = rule.to();
        rule.effects().forEach(this::carryOut);
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case ANNOUNCE -> announce();
            case ADMIT_STREAMS -> admit();
            case CANCEL_STREAMS -> streams.forEach(s -> s.signal(StreamMachine.Signal.CANCEL));
            case REFUSE -> refuse();
            case REPORT -> conclude();
        }
    }

    private void announce() {
        story.runStarted(
                pipeline.name(),
                pipeline.source().streams().stream().map(s -> s.name()).toList());
        progressTimer =
                Optional.of(vertx.setPeriodic(PROGRESS_INTERVAL_MS, t -> streams.forEach(ActiveStream::tellProgress)));
        accepted.complete();
    }

    private void admit() {
        long running = streams.stream().filter(s -> !s.waiting() && !s.ended()).count();
        long room = pipeline.resources().parallelism() - running;
        streams.stream()
                .filter(ActiveStream::waiting)
                .limit(Math.max(0, room))
                .toList()
                .forEach(s -> s.signal(StreamMachine.Signal.ADMITTED));
    }

    private void streamEnded(ActiveStream stream) {
        StreamReport told = stream.report().orElseThrow();
        if (told.status() == RunStatus.FAILED && firstFailure.isEmpty()) {
            firstFailure = told.failure();
        }
        signal(told.status() == RunStatus.FAILED ? Signal.STREAM_FAILED : Signal.STREAM_ENDED);
        if (!settling && streams.stream().allMatch(ActiveStream::ended)) {
            settling = true;
            boolean allSucceeded =
                    streams.stream().allMatch(s -> s.report().orElseThrow().status() == RunStatus.SUCCEEDED);
            signal(allSucceeded ? Signal.ALL_SUCCEEDED : Signal.ALL_ENDED);
        }
    }

    private void refuse() {
        if (!(refusal instanceof PipelineException)) {
            LOG.log(Level.ERROR, "run " + runId + " could not be planned", refusal);
        }
        accepted.fail(refusal);
        report.fail(refusal);
    }

    private void conclude() {
        progressTimer.ifPresent(vertx::cancelTimer);
        RunStatus status = switch (state) {
            case SUCCEEDED -> RunStatus.SUCCEEDED;
            case FAILED -> RunStatus.FAILED;
            case CANCELLED -> RunStatus.CANCELLED;
            case CHECKING, RUNNING, FAILING, CANCELLING, ABANDONING, REFUSED ->
                throw new IllegalStateException("run " + runId + " reported in state " + state);
        };
        Optional<Failure> failure = status == RunStatus.CANCELLED ? Optional.of(cancelled()) : firstFailure;
        RunReport told = new RunReport(
                runId,
                pipeline.name(),
                status,
                startedAt,
                Duration.ofNanos(System.nanoTime() - startedNanos),
                streams.stream().map(s -> s.report().orElseThrow()).toList(),
                failure);
        story.runFinished(told);
        report.complete(told);
    }

    private static Failure cancelled() {
        return new Failure(
                FailureKind.CANCELLED,
                ConnectorError.permanent(ErrorCategory.CANCELLED, "run.cancelled", "the run was cancelled"),
                Optional.empty(),
                Optional.empty());
    }
}
