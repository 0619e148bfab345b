package io.rapidbyte.state;

import java.time.Instant;

/**
 * The right to run a pipeline, as somebody holds it.
 *
 * @param epoch grows with each acquisition; a write with an older one is refused
 * @param expiresAt when others may take it, by the clock of the database
 */
public record Lease(
        String pipeline, long epoch, String runId, LeaseHolder holder, Instant acquiredAt, Instant expiresAt) {}
