package io.rapidbyte.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.TimeMicroVector;
import org.apache.arrow.vector.TimeStampMicroTZVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.DateUnit;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.TimeUnit;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;

/**
 * The connectors' own Arrow code against Arrow Java. {@code from-rust.arrows} is what the SDK writes (its tests keep it
 * so); {@code from-java.arrows} is what this test writes with {@code -Dbless=true}, and the SDK's tests read it.
 */
final class RustArrowTest {
    private static final int ROWS = 11;

    private static final Schema SCHEMA = new Schema(
            List.of(
                    field("flag", true, ArrowType.Bool.INSTANCE, "boolean"),
                    field("small", false, new ArrowType.Int(16, true), "smallint"),
                    field("plain", true, new ArrowType.Int(32, true), "integer"),
                    field("big", true, new ArrowType.Int(64, true), "bigint"),
                    field("real", true, new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE), "real"),
                    field(
                            "double",
                            true,
                            new ArrowType.FloatingPoint(FloatingPointPrecision.DOUBLE),
                            "double precision"),
                    field("amount", true, new ArrowType.Decimal(38, 9, 128), "numeric(38,9)"),
                    field("text", true, ArrowType.Utf8.INSTANCE, "text"),
                    field("blob", true, ArrowType.Binary.INSTANCE, "bytea"),
                    new Field("id", new FieldType(true, new ArrowType.FixedSizeBinary(16), null, uuid()), null),
                    field("day", true, new ArrowType.Date(DateUnit.DAY), "date"),
                    field("clock", true, new ArrowType.Time(TimeUnit.MICROSECOND, 64), "time without time zone"),
                    field(
                            "wall",
                            true,
                            new ArrowType.Timestamp(TimeUnit.MICROSECOND, null),
                            "timestamp without time zone"),
                    field(
                            "moment",
                            true,
                            new ArrowType.Timestamp(TimeUnit.MICROSECOND, "UTC"),
                            "timestamp with time zone")),
            Map.of("rapidbyte:primary_key", "[\"small\",\"späť \\\"q\\\"\"]"));

    @Test
    void arrow_java_reads_what_the_sdk_writes() throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                InputStream bytes = resource("from-rust.arrows");
                ArrowStreamReader reader = new ArrowStreamReader(bytes, allocator);
                VectorSchemaRoot expected = everyType(allocator)) {
            VectorSchemaRoot read = reader.getVectorSchemaRoot();
            assertThat(read.getSchema()).isEqualTo(SCHEMA);
            assertThat(read.getSchema().getCustomMetadata()).isEqualTo(SCHEMA.getCustomMetadata());
            assertThat(reader.loadNextBatch()).isTrue();
            assertThat(read.getRowCount()).isEqualTo(ROWS);
            for (FieldVector vector : read.getFieldVectors()) {
                assertSameValues(vector, expected.getVector(vector.getName()));
            }
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }

    @Test
    void the_stream_that_the_sdk_reads_is_what_arrow_java_writes() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = everyType(allocator);
                ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(out))) {
            writer.writeBatch();
            writer.end();
        }
        if (Boolean.getBoolean("bless")) {
            Files.write(Path.of("src/test/resources/io/rapidbyte/arrow/from-java.arrows"), out.toByteArray());
        }
        try (InputStream bytes = resource("from-java.arrows")) {
            assertThat(out.toByteArray()).isEqualTo(bytes.readAllBytes());
        }
    }

    private static void assertSameValues(FieldVector actual, FieldVector expected) {
        assertThat(actual.getNullCount()).as(actual.getName()).isEqualTo(expected.getNullCount());
        for (int row = 0; row < ROWS; row++) {
            assertThat(actual.getObject(row))
                    .as("%s, row %d", actual.getName(), row)
                    .isEqualTo(expected.getObject(row));
        }
    }

    private static VectorSchemaRoot everyType(BufferAllocator allocator) {
        VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator);
        root.allocateNew();
        for (int row = 0; row < ROWS; row++) {
            fillAlways(root, row);
            if (row % 2 == 0) {
                fillEvenRows(root, row);
            }
        }
        root.setRowCount(ROWS);
        return root;
    }

    private static void fillAlways(VectorSchemaRoot root, int row) {
        ((BitVector) root.getVector("flag")).setSafe(row, row % 3 == 0 ? 1 : 0);
        ((SmallIntVector) root.getVector("small")).setSafe(row, (short) (Short.MIN_VALUE + row));
        ((IntVector) root.getVector("plain")).setSafe(row, Integer.MAX_VALUE - row);
        ((BigIntVector) root.getVector("big")).setSafe(row, Long.MIN_VALUE + row);
        ((Float4Vector) root.getVector("real")).setSafe(row, row == 1 ? Float.NaN : -0.0f + row / 4.0f);
        ((Float8Vector) root.getVector("double")).setSafe(row, row == 1 ? Double.NEGATIVE_INFINITY : row / 8.0);
        BigDecimal unit = new BigDecimal(BigInteger.TEN.pow(36).negate(), 9);
        ((DecimalVector) root.getVector("amount")).setSafe(row, unit.multiply(BigDecimal.valueOf(row)));
        ((TimeStampMicroTZVector) root.getVector("moment")).setSafe(row, -1_000_000L * row);
    }

    private static void fillEvenRows(VectorSchemaRoot root, int row) {
        ((VarCharVector) root.getVector("text")).setSafe(row, utf8("žluťoučký 🐎 ".repeat(row)));
        ((VarBinaryVector) root.getVector("blob")).setSafe(row, new byte[] {0, (byte) 255, (byte) row});
        byte[] id = new byte[16];
        Arrays.fill(id, (byte) row);
        ((FixedSizeBinaryVector) root.getVector("id")).setSafe(row, id);
        ((DateDayVector) root.getVector("day")).setSafe(row, -719_528 + row);
        ((TimeMicroVector) root.getVector("clock")).setSafe(row, 86_399_999_999L - row);
        ((TimeStampMicroVector) root.getVector("wall")).setSafe(row, Long.MAX_VALUE - row);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Field field(String name, boolean nullable, ArrowType type, String nativeType) {
        return new Field(name, new FieldType(nullable, type, null, Map.of("rapidbyte:native_type", nativeType)), null);
    }

    /** Sorted: the order of a map's entries is part of the bytes, and that of {@code Map.of} changes with each JVM. */
    private static Map<String, String> uuid() {
        return new TreeMap<>(Map.of(
                "rapidbyte:native_type", "uuid", "ARROW:extension:name", "arrow.uuid", "ARROW:extension:metadata", ""));
    }

    private static InputStream resource(String name) {
        return Objects.requireNonNull(RustArrowTest.class.getResourceAsStream(name), name);
    }
}
