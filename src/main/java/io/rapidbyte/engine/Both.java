package io.rapidbyte.engine;

/** The same of both sides of a comparison. */
record Both<T>(T source, T target) {}
