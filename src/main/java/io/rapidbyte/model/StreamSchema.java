package io.rapidbyte.model;

import java.util.List;

/**
 * The columns of a stream and its key.
 *
 * @param primaryKey names of the key columns in key order; empty where there is none
 */
public record StreamSchema(List<Column> columns, List<String> primaryKey) {
    public StreamSchema {
        columns = List.copyOf(columns);
        primaryKey = List.copyOf(primaryKey);
    }
}
