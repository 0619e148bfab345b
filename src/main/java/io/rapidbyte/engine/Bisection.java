package io.rapidbyte.engine;

import io.rapidbyte.engine.Difference.Kind;
import io.rapidbyte.model.KeyRange;
import io.rapidbyte.model.RangeDigest;
import io.rapidbyte.model.RowDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the keys whose rows differ: compares digests of many ranges at once, then cuts those that differ
 * until they are small enough to be compared key by key. Tables are never held, only digests of some ten
 * thousand rows. Blocks; one thread; used once.
 */
final class Bisection {
    /** Rows of a slice at the start: few enough to be listed at once, many enough that a million rows need but 500. */
    static final int SLICE_ROWS = 2_048;

    static final int MAX_SLICES = 1_024;

    /** Slices of a table whose size nobody knows. */
    private static final int DEFAULT_SLICES = 256;

    /** A range of at most so many rows is compared key by key. */
    static final int LISTED_ROWS = 16_384;

    /** Into so many slices a larger range is cut. */
    private static final int CUTS = 64;

    /** So many keys are asked for at once. */
    private static final int ASKED_KEYS = 10_000;

    private final TwoTables tables;
    private final int maxDifferences;
    private final ArrayDeque<Suspect> suspects = new ArrayDeque<>();
    private final List<Difference> found = new ArrayList<>();

    private int ranges;

    /** A range whose digests differ. */
    private record Suspect(KeyRange range, long sourceRows, long targetRows) {
        long rows() {
            return Math.max(sourceRows, targetRows);
        }

        /** The side that is better asked where to cut: the other may have next to nothing there. */
        boolean mostlyOfSource() {
            return sourceRows >= targetRows;
        }
    }

    /**
     * What was found.
     *
     * @param ranges how many were compared in all
     * @param differences none where rows have no key
     * @param complete whether nothing was left unlooked at
     * @param equal whether nothing differs
     */
    record Result(
            long sourceRows,
            long targetRows,
            int ranges,
            List<Difference> differences,
            boolean complete,
            boolean equal) {}

    /** Stops looking when it has found {@code maxDifferences} or more. */
    Bisection(TwoTables tables, int maxDifferences) {
        this.tables = tables;
        this.maxDifferences = maxDifferences;
    }

    /** Compares tables whose rows have a key. */
    Result byKey(Optional<Long> estimatedRows) {
        Both<Long> rows = compare(KeyRange.ALL, tables.slices(true, KeyRange.ALL, slices(estimatedRows)));
        while (!suspects.isEmpty() && found.size() < maxDifferences) {
            narrow(suspects.remove());
        }
        boolean complete = suspects.isEmpty();
        List<Difference> confirmed = stillDifferent(found);
        return new Result(rows.source(), rows.target(), ranges, confirmed, complete, complete && confirmed.isEmpty());
    }

    /** Compares tables as wholes. */
    Result asWholes() {
        Both<Long> rows = compare(KeyRange.ALL, List.of());
        if (!suspects.isEmpty()) {
            // a table that changed between the two snapshots deserves a second look
            suspects.clear();
            rows = compare(KeyRange.ALL, List.of());
        }
        return new Result(rows.source(), rows.target(), 1, List.of(), true, suspects.isEmpty());
    }

    /** Those that differ at a second look as well: tables may change while they are compared. */
    List<Difference> stillDifferent(List<Difference> differences) {
        List<Difference> still = new ArrayList<>();
        for (int from = 0; from < differences.size(); from += ASKED_KEYS) {
            List<Difference> part = differences.subList(from, Math.min(from + ASKED_KEYS, differences.size()));
            List<List<String>> keys = part.stream().map(Difference::key).toList();
            still.addAll(differences(tables.rows(KeyRange.ALL, Optional.of(keys))));
        }
        return still;
    }

    private static int slices(Optional<Long> estimatedRows) {
        return estimatedRows
                .map(rows -> Math.clamp(rows / SLICE_ROWS, 1, MAX_SLICES))
                .orElse(DEFAULT_SLICES);
    }

    /** Compares the ranges that the cuts make of {@code within}; gives the rows of both sides. */
    private Both<Long> compare(KeyRange within, List<List<String>> cuts) {
        Both<List<RangeDigest>> digests = tables.digest(within, cuts);
        long sourceRows = 0;
        long targetRows = 0;
        for (int i = 0; i <= cuts.size(); i++) {
            RangeDigest source = digests.source().get(i);
            RangeDigest target = digests.target().get(i);
            if (!source.equals(target)) {
                suspects.add(new Suspect(range(within, cuts, i), source.rows(), target.rows()));
            }
            sourceRows += source.rows();
            targetRows += target.rows();
        }
        ranges += cuts.size() + 1;
        return new Both<>(sourceRows, targetRows);
    }

    private static KeyRange range(KeyRange within, List<List<String>> cuts, int index) {
        return new KeyRange(
                index == 0 ? within.lower() : Optional.of(cuts.get(index - 1)),
                index == cuts.size() ? within.upper() : Optional.of(cuts.get(index)));
    }

    private void narrow(Suspect suspect) {
        if (suspect.rows() > LISTED_ROWS) {
            List<List<String>> cuts = tables.slices(suspect.mostlyOfSource(), suspect.range(), CUTS);
            if (!cuts.isEmpty()) {
                compare(suspect.range(), cuts);
                return;
            }
            // all rows have the same key, so its digest is all there is to list
        }
        found.addAll(differences(tables.rows(suspect.range(), Optional.empty())));
    }

    private static List<Difference> differences(Both<List<RowDigest>> rows) {
        Map<List<String>, RowDigest> unmatched = new LinkedHashMap<>();
        rows.target().forEach(row -> unmatched.put(row.key(), row));
        List<Difference> differences = new ArrayList<>();
        for (RowDigest source : rows.source()) {
            RowDigest target = unmatched.remove(source.key());
            if (target == null) {
                differences.add(new Difference(source.key(), Kind.MISSING));
            } else if (!target.equals(source)) {
                differences.add(
                        new Difference(source.key(), target.rows() > source.rows() ? Kind.SURPLUS : Kind.DIFFERENT));
            }
        }
        unmatched.keySet().forEach(key -> differences.add(new Difference(key, Kind.EXTRA)));
        return differences;
    }
}
