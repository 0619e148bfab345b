package io.rapidbyte.flow;

import io.rapidbyte.model.Compression;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.StreamContext;
import java.time.Duration;
import java.util.Optional;

/**
 * One stage of one stream.
 *
 * @param name its place in the pipeline: {@code source}, {@code transform-1}, {@code destination}
 * @param connector the connector's short name
 * @param upstream absent for a source
 * @param downstream absent for a destination
 * @param window of both edges
 */
public record StagePlan(
        String name,
        String connector,
        ConnectorRole role,
        StreamContext stream,
        Optional<EdgeAddress> upstream,
        Optional<EdgeAddress> downstream,
        EdgeWindow window,
        Compression compression,
        Patience patience) {

    /** The stage as failures and logs name it. */
    public String label() {
        return name + " (" + connector + ")";
    }

    /** What is logged on the stage's behalf carries this. */
    LogScope logScope() {
        return LogScope.of(stream.run().runId()).stream(stream.name()).stage(label());
    }

    /**
     * How long a stage waits for its guest.
     *
     * @param rollBack after the upstream failed: time to roll back before the guest is stopped
     * @param stop after the guest was stopped: time to be gone before it is given up
     */
    public record Patience(Duration rollBack, Duration stop) {
        /** A rollback takes milliseconds; a peer that needs more than five seconds hangs. */
        public static final Duration DEFAULT_ROLL_BACK = Duration.ofSeconds(5);

        /** Stopping takes some milliseconds; ten seconds allow for a machine that swaps. */
        public static final Duration DEFAULT_STOP = Duration.ofSeconds(10);

        public static final Patience DEFAULT = new Patience(DEFAULT_ROLL_BACK, DEFAULT_STOP);
    }
}
