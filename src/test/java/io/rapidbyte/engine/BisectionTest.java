package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.engine.Difference.Kind;
import io.rapidbyte.model.KeyRange;
import io.rapidbyte.model.RangeDigest;
import io.rapidbyte.model.RowDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BisectionTest {
    private static final int NO_LIMIT = Integer.MAX_VALUE;

    private final SortedMap<Long, List<Long>> source = new TreeMap<>();
    private final SortedMap<Long, List<Long>> target = new TreeMap<>();
    private final Maps tables = new Maps();

    /** Two maps from a key to the hashes of its rows. Counts what it is asked and how much it tells. */
    private final class Maps implements TwoTables {
        private int listed;
        private int digested;
        private Runnable beforeSecondLook = () -> {};

        @Override
        public List<List<String>> slices(boolean ofSource, KeyRange within, int count) {
            List<Long> keys =
                    new ArrayList<>(slice(ofSource ? source : target, within).keySet());
            List<List<String>> cuts = new ArrayList<>();
            int step = Math.max(1, keys.size() / count);
            for (int i = step; i < keys.size() && cuts.size() < count - 1; i += step) {
                cuts.add(key(keys.get(i)));
            }
            return cuts;
        }

        @Override
        public Both<List<RangeDigest>> digest(KeyRange within, List<List<String>> cuts) {
            digested++;
            return new Both<>(digests(source, within, cuts), digests(target, within, cuts));
        }

        private static List<RangeDigest> digests(
                SortedMap<Long, List<Long>> table, KeyRange within, List<List<String>> cuts) {
            List<RangeDigest> digests = new ArrayList<>();
            Optional<List<String>> lower = within.lower();
            for (int i = 0; i <= cuts.size(); i++) {
                Optional<List<String>> upper = i == cuts.size() ? within.upper() : Optional.of(cuts.get(i));
                long rows = 0;
                long hash = 0;
                for (List<Long> hashes :
                        slice(table, new KeyRange(lower, upper)).values()) {
                    rows += hashes.size();
                    hash += hashes.stream().mapToLong(Long::longValue).sum();
                }
                digests.add(new RangeDigest(rows, Long.toString(hash)));
                lower = upper;
            }
            return digests;
        }

        @Override
        public Both<List<RowDigest>> rows(KeyRange within, Optional<List<List<String>>> keys) {
            if (keys.isPresent()) {
                beforeSecondLook.run();
            }
            Set<List<String>> wanted = new HashSet<>(keys.orElse(List.of()));
            Both<List<RowDigest>> rows = new Both<>(rows(source, within, wanted), rows(target, within, wanted));
            listed += rows.source().size() + rows.target().size();
            return rows;
        }

        private static List<RowDigest> rows(
                SortedMap<Long, List<Long>> table, KeyRange within, Set<List<String>> wanted) {
            List<RowDigest> rows = new ArrayList<>();
            slice(table, within).forEach((key, hashes) -> {
                if (wanted.isEmpty() || wanted.contains(key(key))) {
                    long hash = hashes.stream().mapToLong(Long::longValue).sum();
                    rows.add(new RowDigest(key(key), hashes.size(), Long.toString(hash)));
                }
            });
            return rows;
        }

        private static SortedMap<Long, List<Long>> slice(SortedMap<Long, List<Long>> table, KeyRange within) {
            SortedMap<Long, List<Long>> slice = table;
            if (within.lower().isPresent()) {
                slice = slice.tailMap(Long.parseLong(within.lower().get().getFirst()));
            }
            if (within.upper().isPresent()) {
                slice = slice.headMap(Long.parseLong(within.upper().get().getFirst()));
            }
            return slice;
        }
    }

    private static List<String> key(long key) {
        return List.of(Long.toString(key));
    }

    private void fill(int rows, Random random) {
        for (long key = 0; key < rows; key++) {
            long hash = random.nextLong();
            source.put(key * 3, List.of(hash));
            target.put(key * 3, List.of(hash));
        }
    }

    private Bisection.Result compare() {
        return new Bisection(tables, NO_LIMIT).byKey(Optional.of((long) source.size()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 1000, 50_000, 200_000})
    void equal_tables_cost_one_digest_of_each_range_and_no_list(int rows) {
        fill(rows, new Random(1));
        Bisection.Result result = compare();
        assertThat(result.equal()).isTrue();
        assertThat(result.sourceRows()).isEqualTo(rows);
        assertThat(tables.digested).isEqualTo(1);
        assertThat(tables.listed).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void exactly_the_injected_differences_are_found(long seed) {
        Random random = new Random(seed);
        int rows = random.nextInt(1, 120_000);
        fill(rows, random);
        Set<Difference> injected = inject(random, random.nextInt(1, 200), rows);

        Bisection.Result result = compare();

        assertThat(result.differences()).as("seed " + seed).containsExactlyInAnyOrderElementsOf(injected);
        assertThat(result.equal()).isFalse();
        assertThat(result.complete()).isTrue();
        assertThat(result.targetRows())
                .isEqualTo(target.values().stream().mapToLong(List::size).sum());
    }

    private Set<Difference> inject(Random random, int count, int rows) {
        Set<Difference> injected = new HashSet<>();
        Set<Long> used = new HashSet<>();
        for (int i = 0; i < count; i++) {
            // the first and the last key are no exceptions
            long at = (i == 0 ? 0 : i == 1 ? rows - 1 : random.nextInt(rows)) * 3L;
            if (!used.add(at)) {
                continue;
            }
            switch (random.nextInt(4)) {
                case 0 -> {
                    target.remove(at);
                    injected.add(new Difference(key(at), Kind.MISSING));
                }
                case 1 -> {
                    target.put(at, List.of(random.nextLong()));
                    injected.add(new Difference(key(at), Kind.DIFFERENT));
                }
                case 2 -> {
                    target.put(at, List.of(random.nextLong(), random.nextLong()));
                    injected.add(new Difference(key(at), Kind.SURPLUS));
                }
                default -> {
                    long extra = at + 1;
                    target.put(extra, List.of(random.nextLong()));
                    injected.add(new Difference(key(extra), Kind.EXTRA));
                }
            }
        }
        return injected;
    }

    @Test
    void one_wrong_row_among_many_is_found_without_listing_many() {
        fill(500_000, new Random(7));
        target.put(300_000L, List.of(1L));
        assertThat(compare().differences()).containsExactly(new Difference(key(300_000), Kind.DIFFERENT));
        assertThat(tables.listed).isLessThan(3 * Bisection.SLICE_ROWS);
    }

    @Test
    void a_source_without_rows_is_cut_where_the_target_has_them() {
        for (long i = 0; i < 40_000; i++) {
            target.put(i, List.of(i));
        }
        assertThat(compare().differences()).hasSize(40_000).allMatch(each -> each.kind() == Kind.EXTRA);
        assertThat(tables.digested).isGreaterThan(1);
    }

    @Test
    void many_rows_of_one_key_end_the_search_there() {
        for (int table = 0; table < 2; table++) {
            List<Long> rows = new ArrayList<>();
            for (long i = 0; i < Bisection.LISTED_ROWS + 10L; i++) {
                rows.add(i + table);
            }
            (table == 0 ? source : target).put(5L, rows);
        }
        assertThat(compare().differences()).containsExactly(new Difference(key(5), Kind.DIFFERENT));
    }

    @Test
    void the_search_ends_when_enough_is_found() {
        fill(100_000, new Random(3));
        target.replaceAll((key, hashes) -> List.of(hashes.getFirst() + 1));
        Bisection.Result result = new Bisection(tables, 5_000).byKey(Optional.of(100_000L));
        assertThat(result.complete()).isFalse();
        assertThat(result.equal()).isFalse();
        assertThat(result.differences().size()).isBetween(5_000, 5_000 + Bisection.LISTED_ROWS);
    }

    @Test
    void what_is_equal_at_a_second_look_was_only_on_its_way() {
        fill(10_000, new Random(4));
        long late = 3_000;
        List<Long> row = target.remove(late);
        target.put(9_000L, List.of(1L));
        tables.beforeSecondLook = () -> target.put(late, row);
        assertThat(compare().differences()).containsExactly(new Difference(key(9_000), Kind.DIFFERENT));
    }

    @Test
    void without_a_key_tables_are_compared_as_wholes() {
        fill(100, new Random(5));
        assertThat(new Bisection(tables, NO_LIMIT).asWholes().equal()).isTrue();
        target.put(3L, List.of(1L));
        Bisection.Result result = new Bisection(tables, NO_LIMIT).asWholes();
        assertThat(result.equal()).isFalse();
        assertThat(result.differences()).isEmpty();
        assertThat(tables.listed).isZero();
    }
}
