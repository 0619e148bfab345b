package io.rapidbyte.engine;

import io.rapidbyte.model.RunTracer;
import io.rapidbyte.state.StateLocation;
import java.nio.file.Path;
import java.util.List;

/**
 * What the engine is started with.
 *
 * @param connectorPath folders searched for connectors before the bundled ones
 * @param state where pipelines keep their state that do not say where themselves
 * @param tracer follows every run
 */
public record EngineOptions(List<Path> connectorPath, StateLocation state, RunTracer tracer) {
    public EngineOptions {
        connectorPath = List.copyOf(connectorPath);
    }

    /** With nobody who traces. */
    public EngineOptions(List<Path> connectorPath, StateLocation state) {
        this(connectorPath, state, RunTracer.NONE);
    }
}
