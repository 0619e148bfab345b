package io.rapidbyte.engine;

import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.engine.StreamMachine.Effect;
import io.rapidbyte.engine.StreamMachine.Signal;
import io.rapidbyte.engine.StreamMachine.State;
import io.rapidbyte.flow.FramePool;
import io.rapidbyte.flow.StageOutcome;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import io.rapidbyte.state.LoadFrontier;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** One stream of a run: carries out what the {@link StreamMachine} says. On the orchestrator's event loop. */
final class ActiveStream implements Attempt.Listener {
    private static final Logger LOG = System.getLogger(ActiveStream.class.getName());

    private final Vertx vertx;
    private final Context context;
    private final StreamPlan plan;
    private final StreamBook book;
    private final ConnectorState connectorState;
    private final RetryPolicy retries;
    private final FramePool pool;
    private final RunStory story;
    private final LogScope scope;
    private final Failure cancelled;
    private final Consumer<ActiveStream> onEnded;
    private final StreamTotals totals;

    private State state = State.WAITING;
    private long startedNanos;
    private int attempts;

    /** Attempts since the last frontier, where the stream follows its source for as long as it may. */
    private int fruitless;

    private Instant attemptedAt = Instant.EPOCH;
    private Optional<Attempt> attempt = Optional.empty();
    private Optional<Resumption> resumption = Optional.empty();

    /** Of the attempt that failed last. */
    private Optional<Failure> failure = Optional.empty();

    private Optional<Failure> doubt = Optional.empty();
    private Duration delay = Duration.ZERO;
    private Future<Void> notes = Future.succeededFuture();
    private OptionalLong waiting = OptionalLong.empty();
    private Standing lastTold = Standing.START;
    private Optional<StreamReport> report = Optional.empty();

    /**
     * @param scope of the stream
     * @param cancelled what the report of a cancelled stream says
     * @param onEnded told once, when the report is there
     */
    ActiveStream(
            Vertx vertx,
            Context context,
            StreamPlan plan,
            StreamBook book,
            ConnectorState connectorState,
            RetryPolicy retries,
            FramePool pool,
            RunStory story,
            LogScope scope,
            Failure cancelled,
            Consumer<ActiveStream> onEnded) {
        this.vertx = vertx;
        this.context = context;
        this.plan = plan;
        this.book = book;
        this.connectorState = connectorState;
        this.retries = retries;
        this.pool = pool;
        this.story = story;
        this.scope = scope;
        this.cancelled = cancelled;
        this.onEnded = onEnded;
        this.totals = new StreamTotals(plan);
    }

    boolean waiting() {
        return state == State.WAITING;
    }

    boolean ended() {
        return report.isPresent();
    }

    Optional<StreamReport> report() {
        return report;
    }

    /** There is room for it to run. */
    void admit() {
        startedNanos = System.nanoTime();
        story.streamStarted(plan.name());
        signal(book.load().continued() ? Signal.ADMITTED_AGAIN : Signal.ADMITTED);
    }

    void cancel() {
        signal(Signal.CANCEL);
    }

    /** It is no longer wanted: one that follows its source ends where it stands, others are cancelled. */
    void end() {
        boolean inGoodOrder = plan.settings().follows() && state == State.RUNNING;
        signal(inGoodOrder ? Signal.END : Signal.CANCEL);
    }

    /** The only way to change the state. */
    private void signal(Signal signal) {
        scope.run(() -> take(signal));
    }

    private void take(Signal signal) {
        Machine.Rule<State, Signal, Effect> rule = StreamMachine.TABLE.on(state, signal);
        LOG.log(Level.TRACE, () -> "stream " + plan.name() + ": " + state + " on " + signal + " to " + rule.to());
        state = rule.to();
        rule.effects().forEach(this::carryOut);
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case ASK_RECEIPT -> askReceipt();
            case STOP_ASKING -> resumption.ifPresent(Resumption::cancel);
            case DEPLOY_STAGES -> deploy();
            case START_GUESTS -> attempt.ifPresent(Attempt::go);
            case END_STAGES -> attempt.ifPresent(Attempt::end);
            case CANCEL_STAGES -> attempt.ifPresent(a -> a.cancel(cancelled));
            case UNDEPLOY_STAGES -> undeploy();
            case BACK_OFF -> backOff();
            case STOP_WAITING -> stopWaiting();
            case REPORT -> conclude();
        }
    }

    private void askReceipt() {
        nextAttempt();
        Resumption asking = new Resumption(plan, book, attempts, connectorState, doubt, this::warn);
        resumption = Optional.of(asking);
        asking.run(vertx, context).onComplete(done -> context.runOnContext(v -> resumed(done)));
    }

    /** Of the host's own. */
    private void warn(String message) {
        totals.warned(message);
        story.log(plan.name(), "engine", "warn", message);
    }

    private void nextAttempt() {
        attempts++;
        fruitless++;
        attemptedAt = Instant.now();
    }

    private void resumed(AsyncResult<Void> done) {
        if (done.failed()) {
            failure = Optional.of(failure(done.cause()));
            signal(mayRetry(failure.stream().toList()) ? Signal.RESUME_FAILED_FOR_NOW : Signal.RESUME_FAILED);
        } else {
            doubt = Optional.empty();
            totals.beginsAt(book.load());
            signal(book.complete() ? Signal.ALL_THERE : Signal.RESUMED);
        }
    }

    private Failure failure(Throwable cause) {
        if (cause instanceof FailureException e) {
            return e.failure();
        }
        scope.run(() -> LOG.log(Level.ERROR, "stream " + plan.name() + " failed in the host", cause));
        return new Failure(
                FailureKind.INTERNAL,
                ConnectorError.permanent(ErrorCategory.INTERNAL, "engine.defect", "the host failed: " + cause),
                Optional.of(plan.name()),
                Optional.empty());
    }

    private void deploy() {
        if (resumption.isEmpty()) {
            nextAttempt();
        }
        resumption = Optional.empty();
        totals.beginsAt(book.load());
        Attempt made = new Attempt(
                vertx,
                context,
                plan.crew(),
                book.context(attempts),
                connectorState,
                pool,
                book.ledger(attempts, (frontier, took) -> context.runOnContext(v -> committed(frontier, took))),
                story::trace,
                this);
        attempt = Optional.of(made);
        made.deploy()
                .onComplete(done ->
                        context.runOnContext(v -> signal(done.succeeded() ? Signal.DEPLOYED : Signal.DEPLOY_FAILED)));
    }

    private void committed(LoadFrontier frontier, Duration took) {
        fruitless = 0;
        story.frontierCommitted(plan.name(), frontier.sequence(), frontier.rows(), frontier.last(), took);
    }

    @Override
    public void logged(StagePlan stage, String level, String message) {
        if ("warn".equals(level)) {
            totals.warned(message);
        }
        story.log(plan.name(), stage.label(), level, message);
    }

    @Override
    public void stageEnded(Attempt ended, StageOutcome outcome) {
        StreamTally tally = ended.tally();
        if (outcome instanceof StageOutcome.Failed || (tally.allSucceeded() && !tally.balanced())) {
            signal(Signal.STAGE_FAILED);
        }
        if (tally.complete()) {
            signal(tally.allSucceeded() && tally.balanced() ? Signal.STAGES_SUCCEEDED : Signal.STAGES_ENDED);
        }
    }

    private void undeploy() {
        Attempt ended = attempt.orElseThrow();
        ended.undeploy().onComplete(gone -> context.runOnContext(v -> cleared(ended)));
    }

    private void cleared(Attempt ended) {
        attempt = Optional.empty();
        totals.add(ended.tally());
        failure = ended.tally().failure();
        List<Failure> causes = ended.tally().causes();
        doubt = failure.filter(
                f -> ended.ledger().inDoubt() || causes.stream().anyMatch(cause -> RetryPolicy.inDoubt(cause.error())));
        signal(mayRetry(causes) ? Signal.CLEARED_TO_RETRY : Signal.CLEARED);
    }

    private boolean mayRetry(List<Failure> causes) {
        // Without an end, the number of attempts says nothing; getting nowhere does.
        int counted = plan.settings().follows() ? Math.max(1, fruitless) : attempts;
        Optional<Duration> wait = retries.delay(counted, causes);
        delay = wait.orElse(Duration.ZERO);
        return wait.isPresent();
    }

    private void backOff() {
        story.retrying(plan.name(), attempts, failure.orElseThrow().error(), delay);
        noteAttempt(RunStatus.FAILED, Optional.of(delay));
        // A timer of 0 ms is none.
        waiting = OptionalLong.of(vertx.setTimer(Math.max(1, delay.toMillis()), t -> signal(Signal.WAITED)));
    }

    private void stopWaiting() {
        waiting.ifPresent(vertx::cancelTimer);
        signal(Signal.WAITED);
    }

    /** The only attempt of a run needs no entry: the stream's own says it all. */
    private void noteAttempt(RunStatus outcome, Optional<Duration> wait) {
        int ended = attempts;
        Instant since = attemptedAt;
        Optional<Failure> why = outcome == RunStatus.SUCCEEDED ? Optional.empty() : failure;
        notes = notes.compose(before -> book.attempted(ended, since, outcome, why, wait))
                .recover(cause -> {
                    scope.run(() -> LOG.log(
                            Level.WARNING, "an attempt at stream " + plan.name() + " could not be recorded", cause));
                    return Future.succeededFuture();
                });
    }

    private void conclude() {
        RunStatus status = switch (state) {
            case SUCCEEDED -> RunStatus.SUCCEEDED;
            case FAILED -> RunStatus.FAILED;
            case CANCELLED -> RunStatus.CANCELLED;
            case SKIPPED -> RunStatus.SKIPPED;
            case WAITING,
                    RESUMING,
                    STARTING,
                    RUNNING,
                    ENDING,
                    SUCCEEDING,
                    FAILING,
                    ABANDONING,
                    BACKING_OFF,
                    CANCELLING ->
                throw new IllegalStateException("stream " + plan.name() + " reported in state " + state);
        };
        Duration duration = startedNanos == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - startedNanos);
        if (attempts > 1) {
            noteAttempt(status, Optional.empty());
        }
        notes.onComplete(noted -> context.runOnContext(v -> report(status, duration)));
    }

    private void report(RunStatus status, Duration duration) {
        Optional<Failure> why = switch (status) {
            case SUCCEEDED, SKIPPED -> Optional.empty();
            case FAILED -> failure;
            case CANCELLED -> Optional.of(cancelled);
        };
        StreamReport told = totals.report(status, duration, book, attempts, why);
        report = Optional.of(told);
        story.streamFinished(told);
        onEnded.accept(this);
    }

    /** Tells how far the stream is, if it got any further since the last time. */
    void tellProgress() {
        if (attempt.isEmpty() || ended()) {
            return;
        }
        Standing now = attempt.get().standing(totals.read());
        if (!now.equals(lastTold)) {
            lastTold = now;
            story.progress(plan.name(), now);
        }
    }
}
