package io.rapidbyte.model;

import java.util.Optional;

/**
 * What a source says it read.
 *
 * @param bytes Arrow IPC bytes emitted
 * @param position what the last barrier is to carry
 */
public record ReadSummary(long rows, long bytes, long batches, Optional<String> position) {}
