package io.rapidbyte.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.rapidbyte.arrow.FrameSchema.FrameColumn;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;

/**
 * Makes a frame of rows whose values are text, as dead letters are: one Arrow IPC stream of one record batch,
 * such as the rows came in. The forms are those of {@link TextColumn}.
 */
public final class TextRows {
    /** Every message and every buffer begins on such a boundary. */
    private static final int ALIGNMENT = 8;

    private static final int CONTINUATION = -1;

    private TextRows() {}

    /**
     * The frame, from position 0 to the limit of a direct buffer.
     *
     * @param rows each with one value for each column, in the columns' order; an empty one is NULL
     * @throws UnreadableValueException where a value is none of its column's type, or a type is not known
     */
    public static ByteBuffer encode(FrameSchema schema, List<List<Optional<String>>> rows)
            throws UnreadableValueException {
        List<TextColumn> columns = new ArrayList<>();
        for (FrameColumn column : schema.columns()) {
            columns.add(new TextColumn(column));
        }
        for (List<Optional<String>> row : rows) {
            for (int i = 0; i < columns.size(); i++) {
                columns.get(i).add(row.get(i));
            }
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        ByteBuffer batch = batch(columns, rows.size(), body);
        ByteBuffer head = schema(schema, columns);
        ByteBuffer frame = ByteBuffer.allocateDirect(framed(head) + framed(batch) + body.size() + 2 * Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        put(frame, head);
        put(frame, batch);
        frame.put(body.toByteArray());
        frame.putInt(CONTINUATION).putInt(0);
        return frame.flip();
    }

    private static int framed(ByteBuffer metadata) {
        return 2 * Integer.BYTES + padded(metadata.remaining());
    }

    private static int padded(int bytes) {
        return (bytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    private static void put(ByteBuffer frame, ByteBuffer metadata) {
        int length = padded(metadata.remaining());
        frame.putInt(CONTINUATION).putInt(length);
        int end = frame.position() + length;
        frame.put(metadata).position(end);
    }

    private static ByteBuffer schema(FrameSchema schema, List<TextColumn> columns) {
        FlatBufferBuilder builder = new FlatBufferBuilder();
        int[] fields = new int[columns.size()];
        for (int i = 0; i < fields.length; i++) {
            fields[i] = field(builder, schema.columns().get(i), columns.get(i));
        }
        int fieldVector = Schema.createFieldsVector(builder, fields);
        int metadata = Schema.createCustomMetadataVector(builder, metadata(builder, schema.metadata()));
        Schema.startSchema(builder);
        Schema.addEndianness(builder, Endianness.Little);
        Schema.addFields(builder, fieldVector);
        Schema.addCustomMetadata(builder, metadata);
        return message(builder, MessageHeader.Schema, Schema.endSchema(builder), 0);
    }

    private static int field(FlatBufferBuilder builder, FrameColumn column, TextColumn values) {
        int name = builder.createString(column.name());
        int type = values.type(builder);
        int children = Field.createChildrenVector(builder, new int[0]);
        int metadata = Field.createCustomMetadataVector(builder, metadata(builder, column.metadata()));
        Field.startField(builder);
        Field.addName(builder, name);
        Field.addNullable(builder, column.nullable());
        Field.addTypeType(builder, values.typeId());
        Field.addType(builder, type);
        Field.addChildren(builder, children);
        Field.addCustomMetadata(builder, metadata);
        return Field.endField(builder);
    }

    private static int[] metadata(FlatBufferBuilder builder, Map<String, String> metadata) {
        List<Integer> entries = new ArrayList<>();
        // In one order, so that equal schemas make equal bytes.
        new TreeMap<>(metadata)
                .forEach((key, value) -> entries.add(
                        KeyValue.createKeyValue(builder, builder.createString(key), builder.createString(value))));
        return entries.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The message of a record batch; its body goes to {@code body}. */
    private static ByteBuffer batch(List<TextColumn> columns, int rows, ByteArrayOutputStream body) {
        List<int[]> places = new ArrayList<>();
        for (TextColumn column : columns) {
            for (byte[] buffer : column.buffers()) {
                places.add(new int[] {body.size(), buffer.length});
                body.writeBytes(buffer);
                body.writeBytes(new byte[padded(body.size()) - body.size()]);
            }
        }
        FlatBufferBuilder builder = new FlatBufferBuilder();
        RecordBatch.startBuffersVector(builder, places.size());
        for (int[] place : places.reversed()) {
            Buffer.createBuffer(builder, place[0], place[1]);
        }
        int buffers = builder.endVector();
        RecordBatch.startNodesVector(builder, columns.size());
        for (TextColumn column : columns.reversed()) {
            FieldNode.createFieldNode(builder, rows, column.nulls());
        }
        int nodes = builder.endVector();
        RecordBatch.startRecordBatch(builder);
        RecordBatch.addLength(builder, rows);
        RecordBatch.addNodes(builder, nodes);
        RecordBatch.addBuffers(builder, buffers);
        return message(builder, MessageHeader.RecordBatch, RecordBatch.endRecordBatch(builder), body.size());
    }

    private static ByteBuffer message(FlatBufferBuilder builder, byte kind, int header, long bodyBytes) {
        Message.startMessage(builder);
        Message.addVersion(builder, MetadataVersion.V5);
        Message.addHeaderType(builder, kind);
        Message.addHeader(builder, header);
        Message.addBodyLength(builder, bodyBytes);
        builder.finish(Message.endMessage(builder));
        return builder.dataBuffer();
    }
}
