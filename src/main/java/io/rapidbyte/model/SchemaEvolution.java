package io.rapidbyte.model;

/** What the destination does when the stream's schema and its table differ, on four axes. */
public record SchemaEvolution(
        NewColumn newColumn, RemovedColumn removedColumn, TypeChange typeChange, NullabilityChange nullabilityChange) {

    public static final SchemaEvolution DEFAULT =
            new SchemaEvolution(NewColumn.ADD, RemovedColumn.IGNORE, TypeChange.FAIL, NullabilityChange.ALLOW);

    public enum NewColumn {
        ADD,
        IGNORE,
        FAIL
    }

    public enum RemovedColumn {
        IGNORE,
        FAIL
    }

    public enum TypeChange {
        COERCE,
        FAIL,
        NULL
    }

    public enum NullabilityChange {
        ALLOW,
        FAIL
    }
}
