package io.rapidbyte.state;

import io.rapidbyte.model.RunStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How an attempt at a stream ended.
 *
 * @param code of the error, where there was one
 * @param message of the error, without secrets
 * @param backoff how long the next attempt waits, where there is one
 */
public record AttemptEnd(
        String stream,
        int attempt,
        Instant endedAt,
        RunStatus outcome,
        Optional<String> code,
        Optional<String> message,
        Optional<Duration> backoff) {}
