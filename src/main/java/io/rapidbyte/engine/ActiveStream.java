package io.rapidbyte.engine;

import io.rapidbyte.engine.StreamMachine.Effect;
import io.rapidbyte.engine.StreamMachine.Signal;
import io.rapidbyte.engine.StreamMachine.State;
import io.rapidbyte.flow.EdgeCounts;
import io.rapidbyte.flow.FramePool;
import io.rapidbyte.flow.StageListener;
import io.rapidbyte.flow.StageOutcome;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.flow.StageVerticle;
import io.rapidbyte.flow.StreamLedger;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One stream of a run: carries out what the {@link StreamMachine} says. On the orchestrator's event loop. */
final class ActiveStream {
    private static final Logger LOG = System.getLogger(ActiveStream.class.getName());

    private final Vertx vertx;
    private final Context context;
    private final StreamPlan plan;
    private final FramePool pool;
    private final RunStory story;
    private final Failure cancelled;
    private final Consumer<ActiveStream> onEnded;
    private final StreamTally tally;
    private final StreamLedger ledger = new MemoryLedger();

    /** Downstream first, as they are deployed. */
    private final List<StageVerticle> stages = new ArrayList<>();

    private final List<String> deployments = new ArrayList<>();
    private State state = State.WAITING;
    private long startedNanos;
    private EdgeCounts lastRead = EdgeCounts.NONE;
    private EdgeCounts lastTaken = EdgeCounts.NONE;
    private Optional<StreamReport> report = Optional.empty();

    /**
     * @param cancelled what the report of a cancelled stream says
     * @param onEnded told once, when the report is there
     */
    ActiveStream(
            Vertx vertx,
            Context context,
            StreamPlan plan,
            FramePool pool,
            RunStory story,
            Failure cancelled,
            Consumer<ActiveStream> onEnded) {
        this.vertx = vertx;
        this.context = context;
        this.plan = plan;
        this.pool = pool;
        this.story = story;
        this.cancelled = cancelled;
        this.onEnded = onEnded;
        this.tally = new StreamTally(plan.name(), plan.stages().size());
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

    /** The only place where the state changes. */
    void signal(Signal signal) {
        Machine.Rule<State, Signal, Effect> rule = StreamMachine.TABLE.on(state, signal);
        LOG.log(Level.TRACE, () -> "stream " + plan.name() + ": " + state + " on " + signal + " to " + rule.to());
        state = rule.to();
        rule.effects().forEach(this::carryOut);
    }

    private void carryOut(Effect effect) {
        switch (effect) {
            case DEPLOY_STAGES -> deploy();
            case START_GUESTS -> stages.forEach(StageVerticle::go);
            case CANCEL_STAGES -> stages.forEach(stage -> stage.cancel(cancelled));
            case UNDEPLOY_STAGES -> undeploy();
            case REPORT -> conclude();
        }
    }

    private void deploy() {
        startedNanos = System.nanoTime();
        story.streamStarted(plan.name());
        Future<?> chain = Future.succeededFuture();
        // Downstream first: nothing is ever sent to an address that does not exist yet (I3).
        for (StreamPlan.Stage stage : plan.stages().reversed()) {
            chain = chain.compose(v -> {
                StageVerticle verticle = new StageVerticle(stage.plan(), stage.maker(), pool, new Ear(), ledger);
                return vertx.deployVerticle(verticle).onSuccess(id -> {
                    stages.add(verticle);
                    deployments.add(id);
                });
            });
        }
        chain.onComplete(done -> {
            if (done.failed()) {
                tally.deployFailed(done.cause());
            }
            signal(done.succeeded() ? Signal.DEPLOYED : Signal.DEPLOY_FAILED);
        });
    }

    private void undeploy() {
        List<Future<Void>> all = deployments.stream().map(vertx::undeploy).toList();
        Future.join(all).onComplete(done -> {
            if (done.failed()) {
                // Happens when the whole Vert.x closes and was faster.
                LOG.log(Level.DEBUG, "a stage of stream " + plan.name() + " was gone already", done.cause());
            }
            signal(Signal.CLEARED);
        });
    }

    private void stageEnded(StagePlan stage, StageOutcome outcome) {
        tally.ended(stage, outcome);
        if (outcome instanceof StageOutcome.Failed || (tally.allSucceeded() && !tally.balanced())) {
            signal(Signal.STAGE_FAILED);
        }
        if (tally.complete()) {
            signal(tally.allSucceeded() && tally.balanced() ? Signal.STAGES_SUCCEEDED : Signal.STAGES_ENDED);
        }
    }

    private void conclude() {
        RunStatus status = switch (state) {
            case SUCCEEDED -> RunStatus.SUCCEEDED;
            case FAILED -> RunStatus.FAILED;
            case CANCELLED -> RunStatus.CANCELLED;
            case SKIPPED -> RunStatus.SKIPPED;
            case WAITING, STARTING, RUNNING, SUCCEEDING, FAILING, CANCELLING ->
                throw new IllegalStateException("stream " + plan.name() + " reported in state " + state);
        };
        StreamReport told = tally.report(status, elapsed());
        report = Optional.of(told);
        story.streamFinished(told);
        onEnded.accept(this);
    }

    private Duration elapsed() {
        return startedNanos == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** Tells how far the stream is, if it got any further since the last time. */
    void tellProgress() {
        if (stages.size() != plan.stages().size() || ended()) {
            return;
        }
        EdgeCounts read = stages.getLast().sent();
        EdgeCounts taken = stages.getFirst().taken();
        if (!read.equals(lastRead) || !taken.equals(lastTaken)) {
            lastRead = read;
            lastTaken = taken;
            story.progress(plan.name(), read.rows(), read.bytes(), taken.rows());
        }
    }

    /** Brings what stages tell on their threads to this event loop, in order. */
    private final class Ear implements StageListener {
        @Override
        public void logged(StagePlan stage, String level, String message) {
            context.runOnContext(v -> {
                if ("warn".equals(level)) {
                    tally.warned(message);
                }
                story.log(plan.name(), stage.label(), level, message);
            });
        }

        @Override
        public void ended(StagePlan stage, StageOutcome outcome) {
            context.runOnContext(v -> stageEnded(stage, outcome));
        }
    }
}
