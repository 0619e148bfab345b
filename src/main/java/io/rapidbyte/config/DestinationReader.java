package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.SchemaEvolution;
import io.rapidbyte.model.SchemaEvolution.NewColumn;
import io.rapidbyte.model.SchemaEvolution.NullabilityChange;
import io.rapidbyte.model.SchemaEvolution.RemovedColumn;
import io.rapidbyte.model.SchemaEvolution.TypeChange;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.WriteMode;
import java.util.List;
import java.util.Optional;

/** {@code destination}, what it does with rows that are there already, and its policies. */
final class DestinationReader {
    private DestinationReader() {}

    static Optional<DestinationSettings> read(Section root) {
        return root.requiredSection("destination", SectionKeys.DESTINATION).map(destination -> {
            String use = destination.requiredText("use").orElse("");
            ObjectNode config = destination.settings("config");
            WriteMode writeMode = writeMode(destination);
            return new DestinationSettings(
                    use,
                    config,
                    writeMode,
                    primaryKey(destination),
                    new StreamPolicies(onDataError(destination), schemaEvolution(destination)));
        });
    }

    /** Has no default: to keep or to replace what the user's tables hold is for the user to say. */
    private static WriteMode writeMode(Section destination) {
        destination.require("write_mode");
        WriteMode mode = destination.choice("write_mode", WriteMode.class).orElse(WriteMode.APPEND);
        if (mode == WriteMode.UPSERT) {
            destination.notYet("write_mode", Values.name(mode), "use append or replace");
        }
        return mode;
    }

    private static List<String> primaryKey(Section destination) {
        Optional<List<String>> key = destination.names("primary_key", SourceReader.MAX_COLUMNS);
        if (key.isPresent()) {
            destination.notYet("primary_key", "upserts", "remove it; keys travel with the source's schema");
        }
        return key.orElse(List.of());
    }

    private static DataErrorPolicy onDataError(Section destination) {
        DataErrorPolicy fallback = StreamPolicies.DEFAULT.onDataError();
        return supported(destination, "on_data_error", DataErrorPolicy.class, fallback);
    }

    private static SchemaEvolution schemaEvolution(Section destination) {
        SchemaEvolution fallback = SchemaEvolution.DEFAULT;
        return destination
                .section("schema_evolution", SectionKeys.SCHEMA_EVOLUTION)
                .map(axes -> new SchemaEvolution(
                        supported(axes, "new_column", NewColumn.class, fallback.newColumn()),
                        supported(axes, "removed_column", RemovedColumn.class, fallback.removedColumn()),
                        supported(axes, "type_change", TypeChange.class, fallback.typeChange()),
                        supported(axes, "nullability_change", NullabilityChange.class, fallback.nullabilityChange())))
                .orElse(fallback);
    }

    /** A choice of which only the default can be had so far. */
    private static <E extends Enum<E>> E supported(Section section, String key, Class<E> type, E fallback) {
        E value = section.choice(key, type).orElse(fallback);
        if (value != fallback) {
            section.notYet(key, Values.name(value), "use " + Values.name(fallback) + ", the default");
        }
        return value;
    }
}
