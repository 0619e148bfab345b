package io.rapidbyte.engine;

import java.util.List;

/**
 * Who works in a pipeline, each with its part.
 *
 * @param parts from the source to the destination
 */
record Cast(List<Part> parts) {
    Cast {
        parts = List.copyOf(parts);
    }

    Part source() {
        return parts.getFirst();
    }

    Part destination() {
        return parts.getLast();
    }
}
