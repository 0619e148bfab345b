package io.rapidbyte.model;

import java.util.Optional;

/**
 * A cursor's value together with the type that gives it its order.
 *
 * @param typeName the source's own type of the cursor column, such as {@code timestamptz}
 * @param value the value as the source prints it
 * @param tieBreaker what tells rows of this very value apart; in a form that the source alone understands
 */
public record CursorValue(String typeName, String value, Optional<String> tieBreaker) {}
