package io.rapidbyte.model;

import java.util.List;
import java.util.Optional;

/**
 * All that a connector instance is told about the stream it works on.
 *
 * @param name as the pipeline has it: {@code table} or {@code schema.table}, quoted as in SQL
 * @param primaryKey the pipeline's {@code primary_key}; empty where the source's own key counts
 * @param selectedColumns the columns to read, in this order; empty reads all
 * @param position the payload of the load's last committed barrier, where a full refresh is continued
 * @param schema what is known of the schema before the first batch
 */
public record StreamContext(
        String name,
        SyncMode syncMode,
        WriteMode writeMode,
        List<String> primaryKey,
        Optional<List<String>> selectedColumns,
        Optional<Cursor> cursor,
        Optional<String> position,
        Optional<StreamSchema> schema,
        StreamLimits limits,
        StreamPolicies policies,
        Optional<Partition> partition,
        RunIdentity run) {
    public StreamContext {
        primaryKey = List.copyOf(primaryKey);
        selectedColumns = selectedColumns.map(List::copyOf);
    }

    /** Whether it is read until somebody ends it. */
    public boolean follows() {
        return cursor.flatMap(Cursor::follow).isPresent();
    }
}
