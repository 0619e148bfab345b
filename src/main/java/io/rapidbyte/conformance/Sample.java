package io.rapidbyte.conformance;

import io.rapidbyte.arrow.FrameBuilder;
import io.rapidbyte.arrow.FrameBuilder.Column;
import io.rapidbyte.arrow.FrameBuilder.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The rows that transforms and destinations are given: {@code id} (int64, the key), {@code name} and {@code email}
 * (utf8), {@code amount} (float64), {@code active} (bool), {@code created_at} (timestamp). All but {@code id} are NULL
 * at times.
 */
final class Sample {
    private static final FrameBuilder FRAMES = new FrameBuilder(
            List.of(
                    new Column("id", Kind.INT64, false),
                    new Column("name", Kind.UTF8, true),
                    new Column("email", Kind.UTF8, true),
                    new Column("amount", Kind.FLOAT64, true),
                    new Column("active", Kind.BOOL, true),
                    new Column("created_at", Kind.TIMESTAMP, true)),
            List.of("id"));

    private static final long MICROS_PER_HOUR = 3_600_000_000L;

    private Sample() {}

    /** A frame of the rows {@code from} up to and without {@code to}; with none, the schema alone. */
    static byte[] rows(long from, long to) {
        return FRAMES.frame(LongStream.range(from, to).mapToObj(Sample::row).toList());
    }

    private static List<?> row(long id) {
        return Arrays.asList(
                id,
                id % 5 == 4 ? null : "näme " + id,
                id % 7 == 6 ? null : "user" + id + "@example.com",
                id % 3 == 2 ? null : id / 4.0 - 10,
                id % 11 == 10 ? null : id % 2 == 0,
                id % 4 == 3 ? null : id * MICROS_PER_HOUR);
    }
}
