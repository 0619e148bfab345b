package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.RunEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.function.Consumer;

/** The engine's front door. Safe on any thread. */
public final class Engine {
    private Engine() {}

    /** Deploys the orchestrator; the caller owns {@code vertx}. */
    public static Future<Engine> start(Vertx vertx, EngineOptions options) {
        throw new UnsupportedOperationException(vertx.toString() + options);
    }

    /** Starts a run; {@code onEvent} is called in order, on an event loop. Problems found before the start fail the handle's report. */
    public RunHandle run(Pipeline pipeline, Consumer<RunEvent> onEvent) {
        throw new UnsupportedOperationException(pipeline.toString() + onEvent);
    }

    /** Validates connector settings, manifests and, through the connectors, connections, rights, tables and columns. */
    public Future<CheckReport> check(Pipeline pipeline) {
        throw new UnsupportedOperationException(pipeline.toString());
    }

    /** The streams that the pipeline's source offers. */
    public Future<List<DiscoveredStream>> discover(Pipeline pipeline) {
        throw new UnsupportedOperationException(pipeline.toString());
    }

    /** Cancels what runs and undeploys everything. */
    public Future<Void> close() {
        throw new UnsupportedOperationException();
    }
}
