package io.rapidbyte.arrow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;

/** Frames as Arrow Java writes them. */
final class ArrowSamples {
    static final Schema USERS = new Schema(
            List.of(
                    new Field("id", new FieldType(false, new ArrowType.Int(64, true), null), null),
                    new Field(
                            "naïve name ✓",
                            new FieldType(true, new ArrowType.Utf8(), null, Map.of("rapidbyte.native-type", "text")),
                            null)),
            Map.of("stream", "users", "empty", ""));

    private ArrowSamples() {}

    /** A frame with one record batch per entry of {@code rowsPerBatch}. */
    static ByteBuffer users(int... rowsPerBatch) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(USERS, allocator)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(out))) {
                writer.start();
                for (int rows : rowsPerBatch) {
                    fill(root, rows);
                    writer.writeBatch();
                }
                writer.end();
            }
            return direct(out.toByteArray());
        }
    }

    static ByteBuffer schemaOnly(Schema schema) throws IOException {
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(schema, allocator)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(out))) {
                writer.start();
                writer.end();
            }
            return direct(out.toByteArray());
        }
    }

    static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    private static void fill(VectorSchemaRoot root, int rows) {
        for (FieldVector vector : root.getFieldVectors()) {
            vector.allocateNew();
        }
        BigIntVector ids = (BigIntVector) root.getVector(0);
        VarCharVector names = (VarCharVector) root.getVector(1);
        for (int row = 0; row < rows; row++) {
            ids.setSafe(row, row);
            if (row % 7 != 0) {
                names.setSafe(row, ("user " + row).getBytes(java.nio.charset.StandardCharsets.UTF_8));
            }
        }
        root.setRowCount(rows);
    }
}
