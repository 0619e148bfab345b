package io.rapidbyte.model;

import java.util.Optional;

/**
 * A place in the log of a source's server that the server keeps for a reader, with all that was logged since.
 *
 * @param active whether somebody is reading from it at this moment
 * @param lost whether the server has thrown away what a reader would need
 * @param retainedBytes the log that the server keeps for it
 * @param position up to where it was read, in the server's words
 */
public record LogSlot(
        String name, SlotReader reader, boolean active, boolean lost, long retainedBytes, Optional<String> position) {}
