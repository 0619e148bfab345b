package io.rapidbyte.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * What a connector is tried on.
 *
 * @param config its settings; for a source or a destination, with a system that can be reached
 * @param stream what a source reads, by default the first that it discovers
 * @param emptyStream a stream of the source without rows
 * @param cursorField of {@code stream}, for an incremental read
 */
public record Subject(
        ObjectNode config, Optional<String> stream, Optional<String> emptyStream, Optional<String> cursorField) {}
