package io.rapidbyte.engine;

import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.EdgeCounts;
import io.rapidbyte.flow.FramePool;
import io.rapidbyte.flow.StageListener;
import io.rapidbyte.flow.StageOutcome;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.flow.StageVerticle;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.StageTrace;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The stages of one try at a stream, and what becomes of them. On the orchestrator's event loop. */
final class Attempt {
    private static final Logger LOG = System.getLogger(Attempt.class.getName());

    /** The metric by which a source says how many rows it expects to have read in the end. */
    private static final String ESTIMATED_ROWS = "estimated_rows";

    /** Hears of an attempt, on its event loop. */
    interface Listener {
        void logged(StagePlan stage, String level, String message);

        /** A stage has ended, for better or for worse. */
        void stageEnded(Attempt attempt, StageOutcome outcome);
    }

    private final Vertx vertx;
    private final Context context;
    private final List<Crew.Stage> crew;
    private final FramePool pool;
    private final StoreLedger ledger;
    private final Function<StagePlan, StageTrace> tracer;
    private final Listener listener;
    private final StreamTally tally;
    private final Limit limit;
    private final Instant startedAt = Instant.now();

    /** Downstream first, as they are deployed. */
    private final List<StageVerticle> stages = new ArrayList<>();

    private final List<String> deployments = new ArrayList<>();

    Attempt(
            Vertx vertx,
            Context context,
            Crew crew,
            StreamContext stream,
            ConnectorState state,
            FramePool pool,
            StoreLedger ledger,
            Function<StagePlan, StageTrace> tracer,
            Listener listener) {
        this.vertx = vertx;
        this.context = context;
        this.crew = crew.stages(stream, state);
        this.pool = pool;
        this.ledger = ledger;
        this.tracer = tracer;
        this.listener = listener;
        this.tally = new StreamTally(stream.name(), this.crew.size());
        this.limit = new Limit(
                this.crew.reversed().stream().map(stage -> stage.plan().name()).toList());
    }

    Instant startedAt() {
        return startedAt;
    }

    StreamTally tally() {
        return tally;
    }

    StoreLedger ledger() {
        return ledger;
    }

    /** Completes when all stages stand and listen; when it fails, the tally says why. */
    Future<Void> deploy() {
        Future<?> chain = Future.succeededFuture();
        // Downstream first: nothing is ever sent to an address that does not exist yet (I3).
        for (Crew.Stage stage : crew.reversed()) {
            chain = chain.compose(v -> {
                StageTrace trace = tracer.apply(stage.plan());
                StageVerticle verticle =
                        new StageVerticle(stage.plan(), stage.maker(), pool, new Ear(trace), ledger, trace);
                return vertx.deployVerticle(verticle).onSuccess(id -> {
                    stages.add(verticle);
                    deployments.add(id);
                });
            });
        }
        return chain.onFailure(tally::deployFailed).mapEmpty();
    }

    /** Lets the guests start. */
    void go() {
        stages.forEach(StageVerticle::go);
    }

    /** Lets the source end in good order, and the others behind it. */
    void end() {
        stages.getLast().end();
    }

    void cancel(Failure reason) {
        stages.forEach(stage -> stage.cancel(reason));
    }

    /** Completes when all stages are gone. */
    Future<Void> undeploy() {
        List<Future<Void>> all = deployments.stream().map(vertx::undeploy).toList();
        return Future.join(all)
                .<Void>mapEmpty()
                .recover(cause -> {
                    // Happens when the whole Vert.x closes and was faster.
                    LOG.log(Level.DEBUG, "a stage of stream " + tally.stream() + " was gone already", cause);
                    return Future.succeededFuture();
                })
                .onComplete(gone -> ledger.close());
    }

    /**
     * How far it is.
     *
     * @param before what left the source in earlier attempts
     */
    Standing standing(EdgeCounts before) {
        if (stages.size() < crew.size()) {
            return Standing.before(before);
        }
        StageVerticle source = stages.getLast();
        Optional<Long> expected = expectedRows(source).map(rows -> before.rows() + rows);
        return new Standing(
                before.plus(source.sent()),
                stages.getFirst().taken().rows(),
                ledger.rejected(),
                expected,
                limit.look(stages.stream().map(StageVerticle::waitTime).toList()),
                stages.reversed().stream()
                        .limit(stages.size() - 1L)
                        .map(StageVerticle::sent)
                        .toList());
    }

    /** Of this attempt: the source counts all of the load's rows, and those that are delivered do not come again. */
    private Optional<Long> expectedRows(StageVerticle source) {
        OptionalDouble estimate = source.metric(ESTIMATED_ROWS);
        return estimate.isPresent()
                ? Optional.of(Math.max(0, (long) estimate.getAsDouble() - ledger.rowsBefore()))
                : Optional.empty();
    }

    /** Why a stage failed, if it was the first to. */
    private static Optional<Failure> cause(StageOutcome outcome) {
        return outcome instanceof StageOutcome.Failed failed && !failed.echo()
                ? Optional.of(failed.failure())
                : Optional.empty();
    }

    /** Brings what stages tell on their threads to this event loop, in order. */
    private final class Ear implements StageListener {
        private final StageTrace trace;

        Ear(StageTrace trace) {
            this.trace = trace;
        }

        @Override
        public void logged(StagePlan stage, String level, String message) {
            context.runOnContext(v -> listener.logged(stage, level, message));
        }

        @Override
        public void ended(StagePlan stage, StageOutcome outcome) {
            context.runOnContext(v -> {
                trace.ended(cause(outcome), outcome.account().timings());
                tally.ended(stage, outcome);
                listener.stageEnded(Attempt.this, outcome);
            });
        }
    }
}
