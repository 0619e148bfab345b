package io.rapidbyte.engine;

/**
 * What the engine holds at a moment.
 *
 * @param frames on edges and in guests' hands
 * @param frameBytes off-heap bytes that they occupy
 * @param guestMemoryBytes of all guests of the process
 */
public record EngineLoad(long frames, long frameBytes, long guestMemoryBytes) {}
