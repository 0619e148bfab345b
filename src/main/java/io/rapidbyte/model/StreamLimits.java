package io.rapidbyte.model;

/**
 * Bounds that a connector instance works within.
 *
 * @param maxBatchBytes the most bytes of one batch; a larger row travels alone
 * @param maxRecordBytes the most bytes of one row; a larger one is a data error
 * @param maxInflightBatches how many batches may be under way on one edge
 * @param checkpointIntervalBytes a checkpoint is due after that many bytes; 0 switches the rule off
 * @param checkpointIntervalRows the same in rows
 * @param checkpointIntervalSeconds the same in seconds
 */
public record StreamLimits(
        long maxBatchBytes,
        long maxRecordBytes,
        int maxInflightBatches,
        long checkpointIntervalBytes,
        long checkpointIntervalRows,
        long checkpointIntervalSeconds) {

    /** 4 MiB: large enough that a hop costs nothing beside the batch, small enough for caches and memory. */
    public static final long DEFAULT_MAX_BATCH_BYTES = 4L << 20;

    /** 1 GiB, the most that PostgreSQL itself holds in a field. */
    public static final long DEFAULT_MAX_RECORD_BYTES = 1L << 30;

    public static final int DEFAULT_MAX_INFLIGHT_BATCHES = 16;
}
