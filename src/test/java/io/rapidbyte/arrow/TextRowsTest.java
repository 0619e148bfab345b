package io.rapidbyte.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rapidbyte.arrow.FrameSchema.FrameColumn;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that were printed are read back as they were (I20), by another reader than our own. */
class TextRowsTest {
    private static FrameSchema schema(String... types) {
        List<FrameColumn> columns = new ArrayList<>();
        for (String type : types) {
            columns.add(new FrameColumn("c" + columns.size(), type, true, Map.of("rapidbyte:native_type", "t")));
        }
        return new FrameSchema(columns, Map.of("rapidbyte:primary_key", "[\"c0\"]", "a", "b"));
    }

    private static List<String> read(ByteBuffer frame, int column) throws IOException {
        byte[] bytes = new byte[frame.remaining()];
        frame.get(frame.position(), bytes);
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            FieldVector vector = reader.getVectorSchemaRoot().getVector(column);
            List<String> values = new ArrayList<>();
            for (int i = 0; i < vector.getValueCount(); i++) {
                values.add(shown(vector, i));
            }
            return values;
        }
    }

    private static String shown(FieldVector vector, int row) {
        Object value = vector.getObject(row);
        return value instanceof byte[] bytes ? Arrays.toString(bytes) : String.valueOf(value);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bool | t | true",
                "bool | f | false",
                "int16 | -32768 | -32768",
                "int32 | 2147483647 | 2147483647",
                "int64 | -9223372036854775808 | -9223372036854775808",
                "float32 | 1.1e0 | 1.1",
                "float32 | NaN | NaN",
                "float64 | -0e0 | -0.0",
                "float64 | 1.7976931348623157e308 | 1.7976931348623157E308",
                "float64 | 5e-324 | 4.9E-324",
                "float64 | -Infinity | -Infinity",
                "decimal128(38, 9) | -99999999999999999999999999999.999999999 | -99999999999999999999999999999.999999999",
                "decimal128(5, 2) | 0.10 | 0.10",
                "decimal128(1, 0) | -7 | -7",
                "utf8 | grüße \uD83D\uDE00 | grüße \uD83D\uDE00",
                "binary | \\x00ff10 | [0, -1, 16]",
                "fixed_size_binary(2) | 0aff | [10, -1]",
                "date32 | 1969-12-31 | -1",
                "date32 | 0001-12-31 BC | -719163",
                "date32 | 10000-01-01 | 2932897",
                "date32 | infinity | 2147483647",
                "date32 | -infinity | -2147483648",
                "time64(us) | 00:00:00.000001 | 1",
                "time64(us) | 24:00:00.000000 | 86400000000",
                "timestamp(us) | infinity | +294247-01-10T04:00:54.775807",
                "timestamp(us) | 1969-12-31 23:59:59.999999 | 1969-12-31T23:59:59.999999",
                "timestamp(us, UTC) | 2026-02-03 04:05:06.700000+00 | 1770091506700000",
                "timestamp(us, UTC) | 0044-03-15 12:00:00.000000+00 BC | -63517780800000000",
            })
    void every_type_is_read_back(String type, String text, String expected) throws Exception {
        ByteBuffer frame = TextRows.encode(
                schema(type),
                List.of(List.of(Optional.empty()), List.of(Optional.of(text)), List.of(Optional.empty())));
        assertThat(read(frame, 0)).containsExactly("null", expected, "null");
    }

    @Test
    void the_schema_is_the_one_that_was_given() throws Exception {
        FrameSchema schema =
                schema("int64", "utf8", "decimal128(12, 2)", "timestamp(us, UTC)", "timestamp(us)", "bool");
        List<Optional<String>> row = new ArrayList<>();
        schema.columns().forEach(column -> row.add(Optional.empty()));
        ByteBuffer frame = TextRows.encode(schema, List.of(row));
        assertThat(IpcFrames.schema(frame)).isEqualTo(schema);
        assertThat(IpcFrames.summarize(frame)).isEqualTo(new FrameSummary(1, 1));
    }

    @Test
    void many_rows_of_many_lengths() throws Exception {
        List<List<Optional<String>>> rows = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            rows.add(List.of(
                    i % 7 == 0 ? Optional.empty() : Optional.of("x".repeat(i % 13)),
                    Optional.of(i % 3 == 0 ? "t" : "f")));
        }
        ByteBuffer frame = TextRows.encode(schema("utf8", "bool"), rows);
        byte[] bytes = new byte[frame.remaining()];
        frame.get(frame.position(), bytes);
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(bytes), allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            VarCharVector texts = (VarCharVector) reader.getVectorSchemaRoot().getVector(0);
            BitVector bits = (BitVector) reader.getVectorSchemaRoot().getVector(1);
            for (int i = 0; i < 1000; i++) {
                assertThat(texts.isNull(i)).isEqualTo(i % 7 == 0);
                if (i % 7 != 0) {
                    assertThat(texts.get(i)).hasSize(i % 13);
                }
                assertThat(bits.get(i)).isEqualTo(i % 3 == 0 ? 1 : 0);
            }
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "int16 | 32768",
                "int32 | 5,5",
                "bool | yes",
                "decimal128(3, 1) | 0.25",
                "decimal128(3, 1) | 1000.0",
                "binary | \\x0",
                "fixed_size_binary(2) | 0a",
                "date32 | 2026-02-30",
                "date32 | soon",
                "timestamp(us) | 2026-01-01",
                "list | {1}",
                "timestamp(ns) | 2026-01-01 00:00:00",
            })
    void what_is_no_value_is_refused_and_not_shown_I21(String type, String secret) {
        Throwable refusal = catchThrowable(() -> TextRows.encode(schema(type), List.of(List.of(Optional.of(secret)))));
        assertThat(refusal)
                .isInstanceOf(UnreadableValueException.class)
                .hasMessageContaining("column c0")
                .hasMessageContaining(type);
        assertThat(refusal.getMessage()).doesNotContain(secret);
    }
}
