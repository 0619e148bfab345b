package io.rapidbyte.flow;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Arrow IPC streams as guests emit them, written and read by Arrow's own library. */
public final class Batches {
    private static final Schema SCHEMA =
            new Schema(List.of(Field.notNullable("id", new ArrowType.Int(Long.SIZE, true))));

    private Batches() {}

    /** The numbers from {@code first} on; takes about eight bytes a row. */
    public static ByteBuffer ids(long first, int rows) {
        try (BufferAllocator allocator = new RootAllocator();
                VectorSchemaRoot root = VectorSchemaRoot.create(SCHEMA, allocator)) {
            BigIntVector ids = (BigIntVector) root.getVector(0);
            ids.allocateNew(rows);
            for (int i = 0; i < rows; i++) {
                ids.set(i, first + i);
            }
            root.setRowCount(rows);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ArrowStreamWriter writer = new ArrowStreamWriter(root, null, Channels.newChannel(bytes))) {
                writer.start();
                if (rows > 0) {
                    writer.writeBatch();
                }
                writer.end();
            }
            return direct(bytes.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first number of a batch that {@link #ids} made. */
    public static long firstId(byte[] ipc) {
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new java.io.ByteArrayInputStream(ipc), allocator)) {
            reader.loadNextBatch();
            return ((BigIntVector) reader.getVectorSchemaRoot().getVector(0)).get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Off-heap, as guest memory is. */
    public static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }
}
