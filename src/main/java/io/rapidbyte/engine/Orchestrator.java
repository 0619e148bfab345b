package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.flow.FramePool;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunTracer;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Holds the runs under way and takes requests from the event bus. One event loop; nothing in here blocks. */
final class Orchestrator extends VerticleBase {
    private final RunPlanner planner;
    private final FramePool pool;
    private final StateStores stores;
    private final RunTracer tracer;
    private final Duration leaseRenewal;

    /** By run id; a run is here until its report is there. */
    private final Map<String, ActiveRun> runs = new LinkedHashMap<>();

    private Optional<BusApi> api = Optional.empty();

    Orchestrator(RunPlanner planner, FramePool pool, StateStores stores, RunTracer tracer) {
        this(planner, pool, stores, tracer, LeaseRenewal.INTERVAL);
    }

    /** @param leaseRenewal how often a run renews its lease while it writes nothing */
    Orchestrator(RunPlanner planner, FramePool pool, StateStores stores, RunTracer tracer, Duration leaseRenewal) {
        this.planner = planner;
        this.pool = pool;
        this.stores = stores;
        this.tracer = tracer;
        this.leaseRenewal = leaseRenewal;
    }

    @Override
    public Future<?> start() {
        BusApi made = new BusApi(vertx, this);
        api = Optional.of(made);
        return made.open();
    }

    /** The event loop of all decisions. Once deployed. */
    Context context() {
        return context;
    }

    /**
     * Starts a run that a program asked for. Any thread; the handle is there at once.
     *
     * @param trigger who asked for the run, for its record
     */
    RunHandle submit(String runId, Pipeline pipeline, String trigger, Consumer<RunEvent> listener) {
        return submit(runId, () -> begin(runId, pipeline, trigger, listener));
    }

    /**
     * Starts a replay of dead letters. Any thread; the handle is there at once.
     *
     * @param planning of the streams that have any
     */
    RunHandle submitReplay(String runId, Pipeline pipeline, ActiveRun.Planning planning, Consumer<RunEvent> listener) {
        return submit(runId, () -> begin(runId, pipeline, "replay", planning, listener));
    }

    private RunHandle submit(String runId, Supplier<ActiveRun> begin) {
        Promise<Void> accepted = Promise.promise();
        Promise<RunReport> report = Promise.promise();
        context.runOnContext(v -> {
            ActiveRun run = begin.get();
            run.accepted().onComplete(accepted);
            run.report().onComplete(report);
        });
        return new Handle(runId, accepted.future(), report.future());
    }

    /**
     * On the event loop.
     *
     * @param trigger who asked for the run, for its record
     */
    ActiveRun begin(String runId, Pipeline pipeline, String trigger, Consumer<RunEvent> listener) {
        return begin(
                runId,
                pipeline,
                trigger,
                opening -> OffLoop.call(vertx, () -> planner.plan(pipeline, runId)),
                listener);
    }

    private ActiveRun begin(
            String runId, Pipeline pipeline, String trigger, ActiveRun.Planning planning, Consumer<RunEvent> listener) {
        RunStory story = new RunStory(runId, vertx.eventBus(), tracer, listener);
        ActiveRun run = new ActiveRun(vertx, context, runId, pipeline, trigger, pool, story, leaseRenewal);
        runs.put(runId, run);
        api.orElseThrow().listenTo(run);
        run.report().onComplete(done -> {
            runs.remove(runId);
            api.orElseThrow().forget(runId);
        });
        run.begin(planning, stores);
        return run;
    }

    /** Any thread; does nothing if the run has ended. */
    void cancel(String runId) {
        context.runOnContext(v -> Optional.ofNullable(runs.get(runId)).ifPresent(ActiveRun::cancel));
    }

    /**
     * Cancels what runs and waits for its end. Any thread; to be called before the undeployment, which
     * would take the stages away first.
     */
    Future<Void> drain() {
        Promise<Void> drained = Promise.promise();
        context.runOnContext(v -> {
            List<ActiveRun> active = List.copyOf(runs.values());
            List<Future<RunReport>> reports =
                    active.stream().map(ActiveRun::report).toList();
            active.forEach(ActiveRun::cancel);
            // Whatever became of them, they have ended.
            Future.join(reports).onComplete(done -> drained.complete());
        });
        return drained.future();
    }

    private final class Handle implements RunHandle {
        private final String runId;
        private final Future<Void> accepted;
        private final Future<RunReport> report;

        Handle(String runId, Future<Void> accepted, Future<RunReport> report) {
            this.runId = runId;
            this.accepted = accepted;
            this.report = report;
        }

        @Override
        public String runId() {
            return runId;
        }

        @Override
        public Future<Void> accepted() {
            return accepted;
        }

        @Override
        public Future<RunReport> report() {
            return report;
        }

        @Override
        public void cancel() {
            Orchestrator.this.cancel(runId);
        }
    }
}
