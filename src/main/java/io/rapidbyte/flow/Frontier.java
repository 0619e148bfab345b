package io.rapidbyte.flow;

/**
 * A barrier that the destination has made durable: up to it every row of the load is accounted for.
 *
 * @param sequence the barrier's id within the load
 * @param payload what the source put there; for an incremental stream a cursor's value
 * @param last whether it was the load's last
 * @param rows rows that the destination took before it, in this attempt; rejected ones included
 * @param rejected rows that the destination handed over as dead letters before it, in this attempt
 */
public record Frontier(long sequence, String payload, boolean last, long rows, long rejected) {}
