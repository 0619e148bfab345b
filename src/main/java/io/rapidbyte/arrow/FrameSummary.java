package io.rapidbyte.arrow;

/**
 * What a frame holds, counted without looking at its data.
 *
 * @param rows sum over its record batches
 * @param batches record batches; 0 in a frame that only announces a schema
 */
public record FrameSummary(long rows, int batches) {}
