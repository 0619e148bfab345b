package io.rapidbyte.arrow;

import java.util.List;
import java.util.Map;

/**
 * The schema that a frame begins with.
 *
 * @param metadata the schema's own custom metadata
 */
public record FrameSchema(List<FrameColumn> columns, Map<String, String> metadata) {
    public FrameSchema {
        columns = List.copyOf(columns);
        metadata = Map.copyOf(metadata);
    }

    /**
     * One top-level column.
     *
     * @param type the Arrow type in lower case with its parameters, such as {@code decimal128(12, 2)} or
     *     {@code timestamp(us, UTC)}; a nested type by its kind alone, such as {@code struct}
     */
    public record FrameColumn(String name, String type, boolean nullable, Map<String, String> metadata) {
        public FrameColumn {
            metadata = Map.copyOf(metadata);
        }
    }
}
