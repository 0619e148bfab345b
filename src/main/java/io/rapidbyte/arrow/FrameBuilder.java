package io.rapidbyte.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Precision;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;
import org.apache.arrow.flatbuf.Utf8;

/** Writes small frames of made-up rows, in the form that connectors exchange. For samples, not for speed. */
public final class FrameBuilder {
    private static final int ALIGNMENT = 8;
    private static final int CONTINUATION = -1;

    /** The metadata keys of the connectors' SDK. */
    private static final String NATIVE_TYPE = "rapidbyte:native_type";

    private static final String PRIMARY_KEY = "rapidbyte:primary_key";

    /** What a sample's column can hold. */
    public enum Kind {
        /** {@link Long} */
        INT64("bigint"),
        /** {@link String} */
        UTF8("text"),
        /** {@link Double} */
        FLOAT64("double precision"),
        /** {@link Boolean} */
        BOOL("boolean"),
        /** {@link Long}: microseconds since 1970 in UTC */
        TIMESTAMP("timestamp with time zone");

        private final String nativeType;

        Kind(String nativeType) {
            this.nativeType = nativeType;
        }
    }

    /** A column of the frame. */
    public record Column(String name, Kind kind, boolean nullable) {}

    private final List<Column> columns;
    private final List<String> primaryKey;

    /** @param primaryKey names of columns; letters and underscores only */
    public FrameBuilder(List<Column> columns, List<String> primaryKey) {
        this.columns = List.copyOf(columns);
        this.primaryKey = List.copyOf(primaryKey);
    }

    /**
     * One frame with one record batch, or with none if there are no rows.
     *
     * @param rows a value for each column; null for NULL
     */
    public byte[] frame(List<? extends List<?>> rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        message(out, schema(), new byte[0]);
        if (!rows.isEmpty()) {
            batch(out, rows);
        }
        out.writeBytes(le(2 * Integer.BYTES).putInt(CONTINUATION).putInt(0).array());
        return out.toByteArray();
    }

    private FlatBufferBuilder schema() {
        FlatBufferBuilder flat = new FlatBufferBuilder();
        int[] fields = columns.stream().mapToInt(column -> field(flat, column)).toArray();
        int fieldsVector = Schema.createFieldsVector(flat, fields);
        String key = primaryKey.isEmpty() ? "[]" : "[\"" + String.join("\",\"", primaryKey) + "\"]";
        int metadata = Schema.createCustomMetadataVector(flat, new int[] {keyValue(flat, PRIMARY_KEY, key)});
        Schema.startSchema(flat);
        Schema.addFields(flat, fieldsVector);
        Schema.addCustomMetadata(flat, metadata);
        return finish(flat, MessageHeader.Schema, Schema.endSchema(flat), 0);
    }

    private static int field(FlatBufferBuilder flat, Column column) {
        int name = flat.createString(column.name());
        int children = Field.createChildrenVector(flat, new int[0]);
        int metadata = Field.createCustomMetadataVector(
                flat, new int[] {keyValue(flat, NATIVE_TYPE, column.kind().nativeType)});
        int type = type(flat, column.kind());
        Field.startField(flat);
        Field.addName(flat, name);
        Field.addNullable(flat, column.nullable());
        Field.addTypeType(flat, typeKind(column.kind()));
        Field.addType(flat, type);
        Field.addChildren(flat, children);
        Field.addCustomMetadata(flat, metadata);
        return Field.endField(flat);
    }

    private static int keyValue(FlatBufferBuilder flat, String key, String value) {
        return KeyValue.createKeyValue(flat, flat.createString(key), flat.createString(value));
    }

    private static byte typeKind(Kind kind) {
        return switch (kind) {
            case INT64 -> Type.Int;
            case UTF8 -> Type.Utf8;
            case FLOAT64 -> Type.FloatingPoint;
            case BOOL -> Type.Bool;
            case TIMESTAMP -> Type.Timestamp;
        };
    }

    private static int type(FlatBufferBuilder flat, Kind kind) {
        return switch (kind) {
            case INT64 -> Int.createInt(flat, Long.SIZE, true);
            case FLOAT64 -> FloatingPoint.createFloatingPoint(flat, Precision.DOUBLE);
            case TIMESTAMP -> Timestamp.createTimestamp(flat, TimeUnit.MICROSECOND, flat.createString("UTC"));
            case UTF8 -> {
                Utf8.startUtf8(flat);
                yield Utf8.endUtf8(flat);
            }
            case BOOL -> {
                Bool.startBool(flat);
                yield Bool.endBool(flat);
            }
        };
    }

    private void batch(ByteArrayOutputStream out, List<? extends List<?>> rows) {
        Body body = new Body();
        List<Integer> nulls = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            int index = i;
            nulls.add((int) rows.stream().filter(row -> row.get(index) == null).count());
            body.add(columns.get(i).kind(), rows, index);
        }
        FlatBufferBuilder flat = new FlatBufferBuilder();
        RecordBatch.startBuffersVector(flat, body.spans.size());
        for (int i = body.spans.size() - 1; i >= 0; i--) {
            Buffer.createBuffer(flat, body.spans.get(i)[0], body.spans.get(i)[1]);
        }
        int buffers = flat.endVector();
        RecordBatch.startNodesVector(flat, columns.size());
        for (int i = columns.size() - 1; i >= 0; i--) {
            FieldNode.createFieldNode(flat, rows.size(), nulls.get(i));
        }
        int nodes = flat.endVector();
        RecordBatch.startRecordBatch(flat);
        RecordBatch.addLength(flat, rows.size());
        RecordBatch.addNodes(flat, nodes);
        RecordBatch.addBuffers(flat, buffers);
        byte[] bytes = body.bytes.toByteArray();
        message(out, finish(flat, MessageHeader.RecordBatch, RecordBatch.endRecordBatch(flat), bytes.length), bytes);
    }

    private static FlatBufferBuilder finish(FlatBufferBuilder flat, byte kind, int header, long bodyLength) {
        Message.startMessage(flat);
        Message.addVersion(flat, MetadataVersion.V5);
        Message.addHeaderType(flat, kind);
        Message.addHeader(flat, header);
        Message.addBodyLength(flat, bodyLength);
        flat.finish(Message.endMessage(flat));
        return flat;
    }

    private static void message(ByteArrayOutputStream out, FlatBufferBuilder flat, byte[] body) {
        byte[] metadata = flat.sizedByteArray();
        int padded = padded(metadata.length);
        out.writeBytes(le(2 * Integer.BYTES).putInt(CONTINUATION).putInt(padded).array());
        out.writeBytes(Arrays.copyOf(metadata, padded));
        out.writeBytes(body);
    }

    private static int padded(int length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static ByteBuffer le(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A record batch's buffers, one after another, each padded. */
    private static final class Body {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final List<long[]> spans = new ArrayList<>();

        void add(Kind kind, List<? extends List<?>> rows, int column) {
            byte[] validity = new byte[(rows.size() + Byte.SIZE - 1) / Byte.SIZE];
            byte[] ends = new byte[(rows.size() + 1) * Integer.BYTES];
            ByteBuffer offsets =
                    ByteBuffer.wrap(ends).order(ByteOrder.LITTLE_ENDIAN).putInt(0);
            byte[] numbers = new byte[rows.size() * Long.BYTES];
            ByteBuffer fixed = ByteBuffer.wrap(numbers).order(ByteOrder.LITTLE_ENDIAN);
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            byte[] bits = new byte[validity.length];
            for (int row = 0; row < rows.size(); row++) {
                Object value = rows.get(row).get(column);
                if (value != null) {
                    validity[row / Byte.SIZE] |= (byte) (1 << row % Byte.SIZE);
                }
                switch (value) {
                    case null -> fixed.putLong(0);
                    case Long number -> fixed.putLong(number);
                    case Double number -> fixed.putDouble(number);
                    case Boolean bit -> bits[row / Byte.SIZE] |= (byte) ((bit ? 1 : 0) << row % Byte.SIZE);
                    case String string -> text.writeBytes(string.getBytes(StandardCharsets.UTF_8));
                    default -> throw new IllegalArgumentException("a sample of " + value.getClass());
                }
                offsets.putInt(text.size());
            }
            add(validity);
            switch (kind) {
                case BOOL -> add(bits);
                case INT64, FLOAT64, TIMESTAMP -> add(numbers);
                case UTF8 -> {
                    add(ends);
                    add(text.toByteArray());
                }
            }
        }

        private void add(byte[] buffer) {
            spans.add(new long[] {bytes.size(), buffer.length});
            bytes.writeBytes(Arrays.copyOf(buffer, padded(buffer.length)));
        }
    }
}
