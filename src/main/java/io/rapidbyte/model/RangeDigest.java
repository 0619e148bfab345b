package io.rapidbyte.model;

/**
 * The rows of one range. Equal digests mean equal rows, whatever their order.
 *
 * @param hash sums up a 64-bit hash of each row
 */
public record RangeDigest(long rows, String hash) {}
