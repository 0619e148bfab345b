package io.rapidbyte.model;

import java.util.Optional;

/**
 * Why a run, a stream or a stage failed.
 *
 * @param stage the stage it came from, such as {@code source} or {@code transform-1 (transform-mask)}
 */
public record Failure(FailureKind kind, ConnectorError error, Optional<String> streamName, Optional<String> stage) {
    /** Of a run or a command as a whole: no stream and no stage is to blame. */
    public Failure(FailureKind kind, ConnectorError error) {
        this(kind, error, Optional.empty(), Optional.empty());
    }
}
