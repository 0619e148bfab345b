package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.config.StateSettings;
import io.rapidbyte.engine.StateFailures;
import io.rapidbyte.engine.StatePlace;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.state.StateException;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A look into the state without an engine, for the length of one command. Main thread. */
final class StateSession implements AutoCloseable {
    private final Vertx vertx;
    private final StateStore store;
    private final Optional<Pipeline> pipeline;

    private StateSession(Vertx vertx, StateStore store, Optional<Pipeline> pipeline) {
        this.vertx = vertx;
        this.store = store;
        this.pipeline = pipeline;
    }

    /** @param file the pipeline whose state is meant; null for the state of pipelines that name none */
    static StateSession open(Root root, @Nullable Path file) throws PipelineException {
        Optional<Pipeline> pipeline =
                file == null ? Optional.empty() : Optional.of(PipelineLoader.load(file, root.environment()));
        Vertx vertx = EngineSession.vertx(1);
        try {
            StateSettings settings = pipeline.map(Pipeline::state).orElse(StateSettings.DEFAULT);
            StateStore store =
                    await(StateStore.open(vertx, StatePlace.of(settings, StatePlace.byDefault(root.environment()))));
            return new StateSession(vertx, store, pipeline);
        } catch (RuntimeException | PipelineException e) {
            EngineSession.close(vertx.close());
            throw e;
        }
    }

    StateStore store() {
        return store;
    }

    /** Empty where the command named no file. */
    Optional<Pipeline> pipeline() {
        return pipeline;
    }

    /** Waits; what the state says is thrown as a {@link FailureException}. */
    static <T> T await(Future<T> future) throws PipelineException {
        try {
            return EngineSession.await(future);
        } catch (StateException e) {
            throw StateFailures.explain(e);
        }
    }

    @Override
    public void close() {
        EngineSession.close(store.close());
        EngineSession.close(vertx.close());
    }
}
