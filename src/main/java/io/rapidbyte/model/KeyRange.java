package io.rapidbyte.model;

import java.util.List;
import java.util.Optional;

/**
 * The rows from one key on and before another.
 *
 * @param lower the first key, its values in their columns' forms; empty is no bound
 * @param upper the key behind the last
 */
public record KeyRange(Optional<List<String>> lower, Optional<List<String>> upper) {
    public static final KeyRange ALL = new KeyRange(Optional.empty(), Optional.empty());

    public KeyRange {
        lower = lower.map(List::copyOf);
        upper = upper.map(List::copyOf);
    }
}
