package io.rapidbyte.e2e;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/** A table {@code t} with a random type of cursor, rows that have it in common, and rows that have none. Writing: one thread. */
final class RandomTable {
    /** A type of cursor, and its value by a number {@code n} in SQL: it never falls as that grows. */
    private record CursorType(String name, String value) {}

    private static final List<CursorType> TYPES = List.of(
            new CursorType("int4", "n::int4 - 50"),
            new CursorType("int8", "n * 1000000000000"),
            new CursorType("numeric", "n / 8.0 - 3"),
            // As text by the columns' own rules, it would go down and up.
            new CursorType("text", "chr(60 + (n / 40)::int) || to_char(n, 'FM00000000') || E'\\'\"\\\\ ü'"),
            new CursorType("uuid", "(lpad(to_hex(n), 8, '0') || '-0000-4000-8000-00000000ffff')::uuid"),
            new CursorType("date", "'0001-12-20 BC'::date + n::int"),
            new CursorType("timestamp", "'1999-12-31 23:59:59.999'::timestamp + n * interval '1 microsecond'"),
            new CursorType("timestamptz", "'2026-03-29 00:59:59+00'::timestamptz + n * interval '1 millisecond'"));

    private static final List<String> KEYS = List.of("", ", primary key (id)", ", primary key (half, id)");
    private static final List<String> POLICIES = List.of("exclude", "include_once", "fail");

    private final CursorType type;
    private final String key;
    private final String policy;
    private final int rowsOfOneCursor;
    private final AtomicLong written = new AtomicLong();

    private RandomTable(CursorType type, String key, String policy, int rowsOfOneCursor) {
        this.type = type;
        this.key = key;
        this.policy = policy;
        this.rowsOfOneCursor = rowsOfOneCursor;
    }

    static RandomTable of(RandomGenerator random) {
        return new RandomTable(
                TYPES.get(random.nextInt(TYPES.size())),
                KEYS.get(random.nextInt(KEYS.size())),
                POLICIES.get(random.nextInt(POLICIES.size())),
                random.nextInt(1, 30));
    }

    String create() {
        return "create table t (id int8, half int8, c " + type.name() + ", note text" + key + ")";
    }

    String streamKeys() {
        return "cursor_nulls: " + policy;
    }

    /** Whether rows without a cursor may be written behind the first run. */
    boolean nullsAnyTime() {
        return policy.equals("exclude");
    }

    /** Whether rows without a cursor get to the destination. */
    boolean nullsAreRead() {
        return !policy.equals("exclude");
    }

    /** A statement for {@code count} further rows; without a key, whole rows are the same. */
    String rows(int count, boolean nulls) {
        long first = written.getAndAdd(count);
        String cursor = nulls && !policy.equals("fail")
                ? "case when i % 9 = 4 then null else " + type.value() + " end"
                : type.value();
        String id = key.isEmpty() ? "i % 3" : "i";
        return "insert into t select " + id + ", i / 1000, " + cursor + ", repeat('x', (i % 40)::int)"
                + " from (select i, i / " + rowsOfOneCursor + " as n from generate_series(" + first + "::int8, "
                + (first + count - 1) + ") i) s";
    }

    @Override
    public String toString() {
        return type.name() + key + ", " + rowsOfOneCursor + " rows of a cursor, nulls: " + policy;
    }
}
