package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.Narrowing;
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

    /** Empty also without a write mode that exists, for the file is refused then anyway. */
    static Optional<DestinationSettings> read(Section root) {
        return root.requiredSection("destination", SectionKeys.DESTINATION).flatMap(destination -> {
            String use = destination.requiredText("use").orElse("");
            ObjectNode config = destination.settings("config");
            Narrowing narrowing = NarrowingReader.read(destination);
            Optional<WriteMode> writeMode = writeMode(destination);
            List<String> primaryKey = primaryKey(destination);
            StreamPolicies policies = new StreamPolicies(onDataError(destination), schemaEvolution(destination));
            long maxDeadLetters = maxDeadLetters(destination, policies.onDataError());
            return writeMode.map(mode ->
                    new DestinationSettings(use, config, narrowing, mode, primaryKey, policies, maxDeadLetters));
        });
    }

    /** Has no default: to keep or to replace what the user's tables hold is for the user to say. */
    private static Optional<WriteMode> writeMode(Section destination) {
        destination.require("write_mode");
        return destination.choice("write_mode", WriteMode.class);
    }

    private static List<String> primaryKey(Section destination) {
        if (destination.isEmptyList("primary_key")) {
            destination.problem("primary_key", "lists no column", "remove it to take the source's own key");
        }
        return destination.names("primary_key", SourceReader.MAX_COLUMNS).orElse(List.of());
    }

    private static DataErrorPolicy onDataError(Section destination) {
        return destination.choice("on_data_error", DataErrorPolicy.class).orElse(StreamPolicies.DEFAULT.onDataError());
    }

    private static long maxDeadLetters(Section destination, DataErrorPolicy onDataError) {
        if (destination.has("max_dead_letters") && onDataError != DataErrorPolicy.DLQ) {
            destination.problem(
                    "max_dead_letters",
                    "belongs to on_data_error: dlq, without which no row is kept as a dead letter",
                    "add on_data_error: dlq, or remove it");
        }
        return destination.number(
                "max_dead_letters",
                DestinationSettings.DEFAULT_MAX_DEAD_LETTERS,
                DestinationSettings.MIN_DEAD_LETTERS,
                DestinationSettings.MAX_DEAD_LETTERS);
    }

    private static SchemaEvolution schemaEvolution(Section destination) {
        SchemaEvolution fallback = SchemaEvolution.DEFAULT;
        return destination
                .section("schema_evolution", SectionKeys.SCHEMA_EVOLUTION)
                .map(axes -> new SchemaEvolution(
                        axes.choice("new_column", NewColumn.class).orElse(fallback.newColumn()),
                        axes.choice("removed_column", RemovedColumn.class).orElse(fallback.removedColumn()),
                        axes.choice("type_change", TypeChange.class).orElse(fallback.typeChange()),
                        axes.choice("nullability_change", NullabilityChange.class)
                                .orElse(fallback.nullabilityChange())))
                .orElse(fallback);
    }
}
