package io.rapidbyte.model;

import java.util.Optional;

/**
 * Why a run, a stream or a stage failed.
 *
 * @param stage the stage it came from, such as {@code source} or {@code transform-1 (transform-mask)}
 */
public record Failure(FailureKind kind, ConnectorError error, Optional<String> streamName, Optional<String> stage) {}
