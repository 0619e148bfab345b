package io.rapidbyte.model;

/**
 * One column of a stream as its source knows it.
 *
 * @param nativeType the source's own type in its own spelling, such as {@code numeric(12,2)}
 * @param arrowType the Arrow type it travels as, such as {@code decimal128(12, 2)}
 */
public record Column(String name, String nativeType, String arrowType, boolean nullable) {}
