package io.rapidbyte.engine;

import io.rapidbyte.model.ComparableColumn;
import io.rapidbyte.model.ComparableTable;
import io.rapidbyte.model.ComparedColumn;
import io.rapidbyte.model.Comparison;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.StreamContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What two tables have in common: the columns of equal name, each in the first form that both sides know,
 * and the key by which rows can be told apart.
 *
 * @param notes what is not compared, and why
 */
record Agreement(Comparison comparison, List<String> notes) {
    Agreement {
        notes = List.copyOf(notes);
    }

    boolean hasKey() {
        return !comparison.key().isEmpty();
    }

    /** Nothing but the number of rows. */
    static Agreement onCounts(StreamContext stream) {
        return new Agreement(new Comparison(stream, List.of(), List.of()), List.of("only rows were counted"));
    }

    /**
     * Compares what both sides know.
     *
     * @throws FailureException if the tables have nothing in common that can be compared
     */
    static Agreement of(StreamContext stream, ComparableTable source, ComparableTable target) {
        if (!source.scheme().equals(target.scheme())) {
            throw failure(
                    stream,
                    FailureKind.CONFIG,
                    "verify.schemes-differ",
                    "source and destination hash rows in different ways, " + source.scheme() + " and " + target.scheme()
                            + ", so only rows can be counted: --count-only");
        }
        List<String> notes = new ArrayList<>();
        Map<String, ComparedColumn> common = new LinkedHashMap<>();
        List<String> onlySource = new ArrayList<>();
        for (ComparableColumn column : selected(stream, source)) {
            Optional<ComparableColumn> other = target.columns().stream()
                    .filter(each -> each.name().equals(column.name()))
                    .findFirst();
            if (other.isPresent()) {
                common.put(column.name(), agree(stream, column, other.get()));
            } else {
                onlySource.add(column.name());
            }
        }
        if (common.isEmpty()) {
            throw failure(
                    stream, FailureKind.SCHEMA, "verify.no-columns", "source and target have no column in common");
        }
        List<String> onlyTarget = target.columns().stream()
                .map(ComparableColumn::name)
                .filter(name -> !common.containsKey(name))
                .toList();
        note(notes, onlySource, "only in the source, not compared: ");
        note(notes, onlyTarget, "only in the target, not compared: ");
        List<ComparedColumn> key = key(stream, source, common, notes);
        return new Agreement(new Comparison(stream, List.copyOf(common.values()), key), notes);
    }

    private static List<ComparableColumn> selected(StreamContext stream, ComparableTable source) {
        return source.columns().stream()
                .filter(column -> stream.selectedColumns()
                        .map(names -> names.contains(column.name()))
                        .orElse(true))
                .toList();
    }

    private static ComparedColumn agree(StreamContext stream, ComparableColumn source, ComparableColumn target) {
        return source.forms().stream()
                .filter(target.forms()::contains)
                .findFirst()
                .map(form -> new ComparedColumn(source.name(), form))
                .orElseThrow(() -> failure(
                        stream,
                        FailureKind.SCHEMA,
                        "verify.types-differ",
                        "column " + source.name() + " is " + source.nativeType() + " in the source and "
                                + target.nativeType() + " in the target, which cannot be compared"));
    }

    private static List<ComparedColumn> key(
            StreamContext stream, ComparableTable source, Map<String, ComparedColumn> common, List<String> notes) {
        List<String> names = stream.primaryKey().isEmpty() ? source.primaryKey() : stream.primaryKey();
        if (names.isEmpty()) {
            notes.add("no primary key: compared as a whole, so differing rows cannot be named; set "
                    + "destination.primary_key if some columns tell rows apart");
            return List.of();
        }
        List<String> absent =
                names.stream().filter(name -> !common.containsKey(name)).toList();
        if (!absent.isEmpty()) {
            notes.add("compared as a whole, so differing rows cannot be named: key column not on both sides: "
                    + String.join(", ", absent));
            return List.of();
        }
        return names.stream()
                .map(name -> Objects.requireNonNull(common.get(name)))
                .toList();
    }

    private static void note(List<String> notes, List<String> names, String what) {
        if (!names.isEmpty()) {
            notes.add(what + String.join(", ", names));
        }
    }

    private static FailureException failure(StreamContext stream, FailureKind kind, String code, String message) {
        ErrorCategory category = kind == FailureKind.SCHEMA ? ErrorCategory.SCHEMA : ErrorCategory.CONFIG;
        return new FailureException(new Failure(
                kind, ConnectorError.permanent(category, code, message), Optional.of(stream.name()), Optional.empty()));
    }
}
