package io.rapidbyte.model;

import java.util.Optional;

/**
 * A cursor's value together with the type that gives it its order.
 *
 * @param typeName the source's own type of the cursor column, such as {@code timestamptz}
 * @param value the value as the source prints it
 * @param tieBreaker the tie-breaker's value beside it
 */
public record CursorValue(String typeName, String value, Optional<String> tieBreaker) {}
