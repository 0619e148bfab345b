package io.rapidbyte.arrow;

import io.rapidbyte.arrow.FrameSchema.FrameColumn;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Turns a {@code Schema} table into records; the slots are those of the Arrow format's {@code Schema.fbs}. */
final class SchemaReader {
    private static final int ENDIANNESS = 0;
    private static final int FIELDS = 1;
    private static final int SCHEMA_METADATA = 2;

    private static final int NAME = 0;
    private static final int NULLABLE = 1;
    private static final int FIELD_METADATA = 6;

    private static final int KEY = 0;
    private static final int VALUE = 1;

    private static final int OFFSET_BYTES = 4;

    private final SchemaBudget budget = new SchemaBudget();

    private SchemaReader() {}

    static FrameSchema read(FlatTable schema) throws MalformedFrameException {
        if (schema.getShort(ENDIANNESS, 0) != 0) {
            throw new MalformedFrameException("big-endian data", schema.offset());
        }
        SchemaReader reader = new SchemaReader();
        int fields = schema.vector(FIELDS, OFFSET_BYTES, "the list of fields");
        int count = schema.length(fields);
        List<FrameColumn> columns = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            columns.add(reader.column(schema.element(fields, i, "a field")));
        }
        return new FrameSchema(columns, reader.metadata(schema, SCHEMA_METADATA));
    }

    private FrameColumn column(FlatTable field) throws MalformedFrameException {
        budget.spend(0, field.offset());
        return new FrameColumn(
                field.getString(NAME, budget),
                TypeNames.of(field, budget),
                field.getByte(NULLABLE, 0) != 0,
                metadata(field, FIELD_METADATA));
    }

    private Map<String, String> metadata(FlatTable table, int slot) throws MalformedFrameException {
        int entries = table.vector(slot, OFFSET_BYTES, "the list of metadata");
        int count = table.length(entries);
        Map<String, String> metadata = new HashMap<>();
        for (int i = 0; i < count; i++) {
            FlatTable entry = table.element(entries, i, "a metadata entry");
            budget.spend(0, entry.offset());
            metadata.put(entry.getString(KEY, budget), entry.getString(VALUE, budget));
        }
        return metadata;
    }
}
