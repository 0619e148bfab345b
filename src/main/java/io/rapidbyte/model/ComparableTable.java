package io.rapidbyte.model;

import java.util.List;
import java.util.Optional;

/**
 * What a side of a comparison knows of its table.
 *
 * @param scheme how values are printed, ordered and hashed; only sides of equal scheme can be compared
 * @param primaryKey in key order; empty where there is none
 */
public record ComparableTable(
        String scheme, List<ComparableColumn> columns, List<String> primaryKey, Optional<Long> estimatedRows) {
    public ComparableTable {
        columns = List.copyOf(columns);
        primaryKey = List.copyOf(primaryKey);
    }
}
