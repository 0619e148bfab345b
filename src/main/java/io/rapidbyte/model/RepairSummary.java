package io.rapidbyte.model;

/**
 * What a repair has changed at the destination, in rows.
 *
 * @param inserted were missing
 * @param updated were different
 * @param deleted are not in the source
 */
public record RepairSummary(long inserted, long updated, long deleted) {}
