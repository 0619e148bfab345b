package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.Redaction;
import io.rapidbyte.config.StateSettings;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.connector.ConnectorListing;
import io.rapidbyte.flow.FramePool;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.LogSlot;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunTracer;
import io.rapidbyte.state.StateStore;
import io.rapidbyte.wasm.GuestInstance;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The engine's front door. Safe on any thread; futures complete on the orchestrator's event loop. */
public final class Engine {
    private static final String TRIGGER_CALL = "call";

    private final Vertx vertx;
    private final ConnectorCatalog catalog;
    private final String deployment;
    private final Orchestrator orchestrator;
    private final Errands errands;
    private final ReplayPlanner replays;
    private final FramePool pool;
    private final StateStores stores;

    private Engine(
            Vertx vertx,
            ConnectorCatalog catalog,
            String deployment,
            Orchestrator orchestrator,
            Errands errands,
            ReplayPlanner replays,
            FramePool pool,
            StateStores stores) {
        this.vertx = vertx;
        this.catalog = catalog;
        this.deployment = deployment;
        this.orchestrator = orchestrator;
        this.errands = errands;
        this.replays = replays;
        this.pool = pool;
        this.stores = stores;
    }

    /** Deploys the orchestrator, while the guests' runtime starts; the caller owns {@code vertx}. */
    public static Future<Engine> start(Vertx vertx, EngineOptions options) {
        Connector.startRuntime();
        return OffLoop.call(vertx, () -> ConnectorCatalog.of(options.connectorPath()))
                .compose(catalog -> start(vertx, catalog, new StateStores(vertx, options.state()), options.tracer()));
    }

    private static Future<Engine> start(Vertx vertx, ConnectorCatalog catalog, StateStores stores, RunTracer tracer) {
        FramePool pool = new FramePool(FramePool.DEFAULT_KEPT_BYTES);
        Players players = new Players(catalog, vertx);
        Orchestrator orchestrator = new Orchestrator(new ConnectorPlanner(players), pool, stores, tracer);
        return vertx.deployVerticle(orchestrator).map(id -> {
            Errands errands = new Errands(vertx, orchestrator.context(), players, stores);
            return new Engine(vertx, catalog, id, orchestrator, errands, new ReplayPlanner(players), pool, stores);
        });
    }

    /**
     * Starts a run.
     *
     * @param onEvent called in order, on an event loop; must not block
     * @return the handle, whose report fails with a {@link PipelineException} where the pipeline has
     *     problems, and with a {@link FailureException} of kind {@code STATE} where its state cannot be
     *     used or another run of it is under way; nothing was started then, and there are no events
     */
    public RunHandle run(Pipeline pipeline, Consumer<RunEvent> onEvent) {
        return run(RunIds.next(), pipeline, TRIGGER_CALL, onEvent);
    }

    /**
     * The same under an id that the caller chose: 16 hex digits that no run of the pipeline's state has.
     *
     * @param trigger who asked for the run, for its record: one word
     */
    public RunHandle run(String runId, Pipeline pipeline, String trigger, Consumer<RunEvent> onEvent) {
        return orchestrator.submit(runId, pipeline, trigger, onEvent);
    }

    /** An id that no run has. */
    public static String newRunId() {
        return RunIds.next();
    }

    /**
     * What the pipeline's runs keep; the engine closes it. Pipelines with the same state get the same store. Fails
     * with a {@link FailureException} where it cannot be opened; then the next call tries again.
     */
    public Future<StateStore> state(StateSettings settings) {
        return stores.open(settings);
    }

    /** The text of a pipeline's file for the eyes of others: without secrets (I31), references to variables as they are written. */
    public Future<String> withoutSecrets(Pipeline pipeline, String text) {
        return OffLoop.call(
                vertx,
                () -> Redaction.redact(text, SecretSettings.of(catalog, pipeline))
                        .orElse(""));
    }

    /** All connectors that pipelines of this engine can use, and those that are unfit with the reason. */
    public Future<List<ConnectorListing>> connectors() {
        return OffLoop.call(vertx, catalog::list);
    }

    /**
     * What {@link #replay} would take now. Fails with a {@link FailureException} if a stream or a dead letter that
     * was asked for is not there.
     */
    public Future<ReplayPreview> previewReplay(Pipeline pipeline, ReplayOptions options) {
        return stores.open(pipeline.state())
                .compose(store -> store.keptLetters(pipeline.name()))
                .recover(cause -> Future.failedFuture(StateFailures.explain(cause)))
                .map(kept -> ReplaySelection.of(pipeline, options, kept).preview());
    }

    /**
     * Gives dead letters to the pipeline's destination once more, as it is set up now. Those that it takes are removed, in one
     * transaction with the record that it has them; those that it refuses stay, with the new reason. It is a run of the
     * pipeline, with its lease, events and report, in which {@code rowsRead} counts dead letters.
     *
     * @param onEvent called in order, on an event loop; must not block
     * @return as of {@link #run}
     */
    public RunHandle replay(Pipeline pipeline, ReplayOptions options, Consumer<RunEvent> onEvent) {
        return replay(RunIds.next(), pipeline, options, onEvent);
    }

    /** The same under an id that the caller chose, as of {@link #run(String, Pipeline, String, Consumer)}. */
    public RunHandle replay(String runId, Pipeline pipeline, ReplayOptions options, Consumer<RunEvent> onEvent) {
        return orchestrator.submitReplay(
                runId,
                pipeline,
                opening -> opening.compose(store -> store.keptLetters(pipeline.name())
                        .recover(cause -> Future.failedFuture(StateFailures.explain(cause)))
                        .compose(kept ->
                                OffLoop.call(vertx, () -> replays.plan(pipeline, options, runId, store, kept)))),
                onEvent);
    }

    /** Validates connector settings, manifests and, through the connectors, connections, rights, tables and columns. */
    public Future<CheckReport> check(Pipeline pipeline) {
        return errands.check(pipeline);
    }

    /**
     * The streams that the pipeline's source offers. Fails with a {@link PipelineException} where the
     * source's settings have problems, and with a {@link FailureException} where the source fails.
     */
    public Future<List<DiscoveredStream>> discover(Pipeline pipeline) {
        return errands.discover(pipeline);
    }

    /**
     * The slots in the log of the source's server, whoever reads from them. Fails with a {@link PipelineException} where the
     * source's settings have problems, and with a {@link FailureException} where the source or the state fails.
     */
    public Future<List<LogSlot>> slots(Pipeline pipeline) {
        return errands.slots(pipeline);
    }

    /**
     * Drops a slot, or without a name the one that the pipeline reads from, and gives what was dropped. Takes the pipeline's
     * lease. Fails as {@link #slots} does, and where there is no such slot, somebody reads from it, or a run is under way.
     */
    public Future<List<LogSlot>> dropSlots(Pipeline pipeline, Optional<String> named) {
        return errands.dropSlots(pipeline, named);
    }

    /**
     * Compares every stream's target with its source, and repairs it where {@code options} say so. A stream
     * that cannot be compared has a verdict of its own. A repair takes the pipeline's lease. Fails with a
     * {@link PipelineException} where the pipeline has problems, and with a {@link FailureException} where it cannot be
     * verified at all, or is to be repaired while a run of it is under way.
     */
    public Future<VerifyReport> verify(Pipeline pipeline, VerifyOptions options) {
        return errands.verify(pipeline, options);
    }

    /** Bytes of the frames under way, by edge; empty while nothing runs. */
    Map<String, Long> leasedFrames() {
        return pool.leased();
    }

    /** What is held now. Any thread; takes no lock. */
    public EngineLoad load() {
        return new EngineLoad(pool.leasedCount(), pool.leasedBytes(), GuestInstance.allMemoryBytes());
    }

    /** Cancels what runs and undeploys everything. */
    public Future<Void> close() {
        errands.cancelAll();
        return orchestrator
                .drain()
                .compose(drained -> vertx.undeploy(deployment))
                .eventually(stores::close)
                .onComplete(done -> pool.close());
    }
}
