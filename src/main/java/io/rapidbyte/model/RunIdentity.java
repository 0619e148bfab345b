package io.rapidbyte.model;

/**
 * Names a run so that a destination can tell its receipts and its leftovers apart.
 *
 * @param loadId stays the same over the attempts of one load; unique among loads
 * @param attempt counts from 1
 */
public record RunIdentity(String pipeline, String runId, String loadId, int attempt) {}
