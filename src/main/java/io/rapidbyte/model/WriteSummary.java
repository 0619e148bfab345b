package io.rapidbyte.model;

/** What a destination says it made durable. {@code bytes} counts Arrow IPC bytes consumed. */
public record WriteSummary(long rows, long bytes, long batches) {}
