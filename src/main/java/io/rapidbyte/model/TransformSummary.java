package io.rapidbyte.model;

/** What a transform says went through it. */
public record TransformSummary(long rowsIn, long rowsOut) {}
