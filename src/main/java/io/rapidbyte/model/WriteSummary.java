package io.rapidbyte.model;

/**
 * What a destination says it did; {@code rows} and {@code rejected} together are the rows it took.
 *
 * @param rows rows made durable
 * @param rejected rows left out or handed over as dead letters
 * @param bytes Arrow IPC bytes consumed
 */
public record WriteSummary(long rows, long rejected, long bytes, long batches) {}
