package io.rapidbyte.model;

import java.util.List;

/**
 * What is compared of one stream. Both sides are told the same.
 *
 * @param columns whose values are hashed; if there are none, rows are only counted
 * @param key the columns that name and order rows; empty if the rows have no names
 */
public record Comparison(StreamContext context, List<ComparedColumn> columns, List<ComparedColumn> key) {
    public Comparison {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }
}
