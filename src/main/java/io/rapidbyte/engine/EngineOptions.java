package io.rapidbyte.engine;

import java.nio.file.Path;
import java.util.List;

/**
 * What the engine is started with.
 *
 * @param connectorPath folders searched for connectors before the bundled ones
 */
public record EngineOptions(List<Path> connectorPath) {
    public EngineOptions {
        connectorPath = List.copyOf(connectorPath);
    }
}
