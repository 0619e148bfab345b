package io.rapidbyte.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.rapidbyte.arrow.FrameSchema.FrameColumn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.IntervalUnit;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

class IpcFramesTest {
    private static final int BATCH_PREFIX_BYTES = 8;

    @Test
    void counts_rows_and_batches_as_arrow_java_wrote_them() throws Exception {
        assertThat(IpcFrames.summarize(ArrowSamples.users(1000, 0, 23))).isEqualTo(new FrameSummary(1023, 3));
    }

    @Test
    void a_schema_without_batches_is_a_frame_of_no_rows() throws Exception {
        assertThat(IpcFrames.summarize(ArrowSamples.users())).isEqualTo(new FrameSummary(0, 0));
    }

    @Test
    void the_end_of_stream_marker_is_optional() throws Exception {
        ByteBuffer frame = ArrowSamples.users(5);
        frame.limit(frame.limit() - BATCH_PREFIX_BYTES);
        assertThat(IpcFrames.summarize(frame)).isEqualTo(new FrameSummary(5, 1));
    }

    @Test
    void reads_between_position_and_limit_and_leaves_the_buffer_as_it_was() throws Exception {
        byte[] frame = ArrowSamples.bytes(ArrowSamples.users(5));
        ByteBuffer padded = ByteBuffer.allocateDirect(frame.length + 24).position(13);
        padded.put(frame).flip().position(13).order(ByteOrder.BIG_ENDIAN);

        assertThat(IpcFrames.summarize(padded.asReadOnlyBuffer()).rows()).isEqualTo(5);
        assertThat(IpcFrames.schema(padded).columns()).hasSize(2);
        assertThat(padded.position()).isEqualTo(13);
        assertThat(padded.limit()).isEqualTo(13 + frame.length);
        assertThat(padded.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
    }

    @Test
    void reads_names_types_nullability_and_metadata() throws Exception {
        FrameSchema schema = IpcFrames.schema(ArrowSamples.users(3));

        assertThat(schema.columns())
                .containsExactly(
                        new FrameColumn("id", "int64", false, Map.of()),
                        new FrameColumn("naïve name ✓", "utf8", true, Map.of("rapidbyte.native-type", "text")));
        assertThat(schema.metadata()).isEqualTo(Map.of("stream", "users", "empty", ""));
    }

    @Test
    void names_every_type_with_its_parameters() throws Exception {
        List<ArrowType> types = List.of(
                new ArrowType.Null(),
                new ArrowType.Bool(),
                new ArrowType.Int(8, true),
                new ArrowType.Int(32, false),
                new ArrowType.FloatingPoint(FloatingPointPrecision.HALF),
                new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE),
                new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
                new ArrowType.Decimal(12, 2, 128),
                new ArrowType.Decimal(60, 0, 256),
                new ArrowType.Utf8(),
                new ArrowType.LargeUtf8(),
                new ArrowType.Binary(),
                new ArrowType.LargeBinary(),
                new ArrowType.FixedSizeBinary(16),
                new ArrowType.Date(DateUnit.DAY),
                new ArrowType.Date(DateUnit.MILLISECOND),
                new ArrowType.Time(TimeUnit.MICROSECOND, 64),
                new ArrowType.Time(TimeUnit.SECOND, 32),
                new ArrowType.Timestamp(TimeUnit.MICROSECOND, null),
                new ArrowType.Timestamp(TimeUnit.NANOSECOND, "UTC"),
                new ArrowType.Duration(TimeUnit.MILLISECOND),
                new ArrowType.Interval(IntervalUnit.MONTH_DAY_NANO),
                new ArrowType.Struct());
        List<Field> fields =
                types.stream().map(type -> Field.nullable("c", type)).toList();

        assertThat(IpcFrames.schema(ArrowSamples.schemaOnly(new Schema(fields))).columns())
                .extracting(FrameColumn::type)
                .containsExactly(
                        "null",
                        "bool",
                        "int8",
                        "uint32",
                        "float16",
                        "float32",
                        "float64",
                        "decimal128(12, 2)",
                        "decimal256(60, 0)",
                        "utf8",
                        "large_utf8",
                        "binary",
                        "large_binary",
                        "fixed_size_binary(16)",
                        "date32",
                        "date64",
                        "time64(us)",
                        "time32(s)",
                        "timestamp(us)",
                        "timestamp(ns, UTC)",
                        "duration(ms)",
                        "interval(month_day_nano)",
                        "struct");
    }

    @Test
    void says_what_is_wrong_and_where() throws Exception {
        byte[] good = ArrowSamples.bytes(ArrowSamples.users(5));

        assertFault(new byte[0], "no schema at the beginning", 0);
        assertFault(new byte[] {-1, -1, -1}, "a message cut off in its prefix", 0);
        assertFault(new byte[64], "no message where one must begin", 0);
        assertFault(new byte[] {-1, -1, -1, -1, 0, 0, 0, 0}, "no schema at the beginning", 0);
        assertFault(with(good, 4, -8), "metadata of 4294967288 bytes", 4);
        assertFault(with(good, 4, Integer.MAX_VALUE), "metadata of 2147483647 bytes", 4);
        assertFault(with(good, 8, -1), "a root table outside its metadata", 8);
        assertFault(Arrays.copyOf(good, good.length + 8), "bytes behind the end of the stream", good.length);
        assertFault(Arrays.copyOf(good, good.length - 16), "a body of ", -1);
    }

    @Test
    void two_streams_in_one_frame_are_refused() throws Exception {
        byte[] one = ArrowSamples.bytes(ArrowSamples.users());
        byte[] schema = Arrays.copyOf(one, one.length - BATCH_PREFIX_BYTES);
        byte[] twice = Arrays.copyOf(schema, schema.length * 2);
        System.arraycopy(schema, 0, twice, schema.length, schema.length);

        assertFault(twice, "a second schema", schema.length);
    }

    @Test
    void a_cut_frame_gives_the_typed_error_or_a_whole_prefix() throws IOException {
        byte[] good = ArrowSamples.bytes(ArrowSamples.users(10, 20));
        for (int length = 0; length < good.length; length++) {
            survives(Arrays.copyOf(good, length), "cut to " + length);
        }
    }

    @Test
    void flipped_bits_and_wild_words_give_nothing_but_the_typed_error() throws IOException {
        long seed = 20_251_101L;
        Random random = new Random(seed);
        byte[] good = ArrowSamples.bytes(ArrowSamples.users(3));
        int[] wild = {-1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, 0x7FFF, 0xFFFF, -4, 8};
        for (int round = 0; round < 50_000; round++) {
            byte[] bad = good.clone();
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                int at = random.nextInt(bad.length - 4);
                if (random.nextBoolean()) {
                    bad[at] ^= (byte) (1 << random.nextInt(8));
                } else {
                    ByteBuffer.wrap(bad).order(ByteOrder.LITTLE_ENDIAN).putInt(at, wild[random.nextInt(wild.length)]);
                }
            }
            survives(bad, "seed " + seed + ", round " + round);
        }
    }

    @Test
    void a_schema_of_shared_tables_cannot_cost_more_than_its_budget() throws IOException {
        // One field listed 100,000 times, with one entry listed 1,000 times: 10^8 entries in 400 KB.
        byte[] bomb = SchemaBomb.sharedMetadata(100_000, 1_000);

        assertThatThrownBy(() -> IpcFrames.schema(ByteBuffer.wrap(bomb)))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining("a schema that takes more than 4194304 bytes");
    }

    private static void survives(byte[] frame, String which) {
        try {
            IpcFrames.summarize(ArrowSamples.direct(frame));
            IpcFrames.schema(ArrowSamples.direct(frame));
        } catch (MalformedFrameException e) {
            assertThat(e.offset()).as(which).isBetween(0L, (long) frame.length);
        } catch (RuntimeException | StackOverflowError e) {
            fail(which, e);
        }
    }

    private static byte[] with(byte[] bytes, int at, int word) {
        byte[] changed = bytes.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, word);
        return changed;
    }

    private static void assertFault(byte[] frame, String message, long offset) {
        assertThatThrownBy(() -> IpcFrames.summarize(ArrowSamples.direct(frame)))
                .isInstanceOfSatisfying(MalformedFrameException.class, e -> {
                    if (offset >= 0) {
                        assertThat(e.offset()).isEqualTo(offset);
                    }
                })
                .hasMessageContaining(message);
    }
}
