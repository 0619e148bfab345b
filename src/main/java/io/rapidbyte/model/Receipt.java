package io.rapidbyte.model;

/**
 * What a destination has recorded, in the transaction of the rows, of the last barrier it made
 * durable (I8).
 *
 * @param sequence the barrier's id; 0 if none is durable yet
 * @param payload the barrier's payload
 * @param rows rows of the load up to there
 * @param complete whether it was the last barrier
 */
public record Receipt(String loadId, long sequence, String payload, long rows, boolean complete) {}
