package io.rapidbyte.config;

import io.rapidbyte.model.Compression;
import io.rapidbyte.model.StreamLimits;

/**
 * What a run may use.
 *
 * @param parallelism how many streams run at once
 * @param maxRetries how often a stream is tried again after an error that may pass (I11)
 */
public record Resources(int parallelism, StreamLimits limits, int maxRetries, Compression compression) {

    public static final int DEFAULT_PARALLELISM = 1;
    public static final int MIN_PARALLELISM = 1;

    /** 64 streams are as many connections to each database, more than most servers grant one client. */
    public static final int MAX_PARALLELISM = 64;

    /** 64 KiB: below it, what a batch costs by itself outweighs its rows. */
    public static final long MIN_BATCH_BYTES = 64L << 10;

    /** 256 MiB: a batch lies in two guests' memory and in the host's at once. */
    public static final long MAX_BATCH_BYTES = 256L << 20;

    public static final int MIN_INFLIGHT_BATCHES = 1;

    /** 1,024: what the event bus keeps for a paused consumer, and more than evens out any stage. */
    public static final int MAX_INFLIGHT_BATCHES = 1024;

    public static final long MAX_CHECKPOINT_INTERVAL_BYTES = 1L << 40;
    public static final long MAX_CHECKPOINT_INTERVAL_ROWS = 1_000_000_000_000L;

    /** One day. */
    public static final long MAX_CHECKPOINT_INTERVAL_SECONDS = 86_400;

    /** 64 MiB: a second or so of a fast stream, so that hardly more than that is ever done twice. */
    public static final long DEFAULT_CHECKPOINT_INTERVAL_BYTES = 64L << 20;

    public static final int DEFAULT_MAX_RETRIES = 3;
    public static final int MAX_RETRIES = 100;

    /** What a file without {@code resources} gets. */
    public static final Resources DEFAULT = new Resources(
            DEFAULT_PARALLELISM,
            new StreamLimits(
                    StreamLimits.DEFAULT_MAX_BATCH_BYTES,
                    StreamLimits.DEFAULT_MAX_RECORD_BYTES,
                    StreamLimits.DEFAULT_MAX_INFLIGHT_BATCHES,
                    DEFAULT_CHECKPOINT_INTERVAL_BYTES,
                    0,
                    0),
            DEFAULT_MAX_RETRIES,
            Compression.NONE);
}
