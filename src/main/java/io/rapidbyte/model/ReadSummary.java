package io.rapidbyte.model;

/** What a source says it read. {@code bytes} counts Arrow IPC bytes emitted. */
public record ReadSummary(long rows, long bytes, long batches) {}
