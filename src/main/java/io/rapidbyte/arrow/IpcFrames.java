package io.rapidbyte.arrow;

import java.nio.ByteBuffer;
import org.apache.arrow.flatbuf.MessageHeader;

/**
 * A look at frames: each is one whole Arrow IPC stream, a schema and any number of record batches, as a
 * guest emitted it.
 *
 * <p>Frames are hostile input (I30). All that is read is checked first: no input makes a method here read
 * outside the frame, run longer than in proportion to the number of messages and columns, or allocate in
 * proportion to the data. The column data itself is the business of who consumes it and is not looked at.
 *
 * <p>Methods take the bytes between position and limit of any kind of buffer, in any byte order, and leave
 * both untouched.
 */
public final class IpcFrames {
    // Slots of RecordBatch in the Arrow format's Message.fbs.
    private static final int LENGTH = 0;
    private static final int NODES = 1;
    private static final int BUFFERS = 2;

    /** FieldNode and Buffer are structs of two 64-bit integers. */
    private static final int STRUCT_BYTES = 16;

    private IpcFrames() {}

    /**
     * Walks the whole frame and counts.
     *
     * @throws MalformedFrameException where the frame does not begin with a schema, is cut off, or has a
     *     part that reaches outside of it
     */
    public static FrameSummary summarize(ByteBuffer frame) throws MalformedFrameException {
        MessageWalk walk = new MessageWalk(frame);
        requireSchema(walk);
        long rows = 0;
        int batches = 0;
        while (walk.advance()) {
            switch (walk.headerType()) {
                case MessageHeader.RecordBatch -> {
                    rows = add(rows, checkedRows(walk), walk.messageStart());
                    batches++;
                }
                case MessageHeader.DictionaryBatch -> walk.header();
                case MessageHeader.Schema -> throw new MalformedFrameException("a second schema", walk.messageStart());
                default ->
                    throw new MalformedFrameException(
                            "a message of kind " + walk.headerType() + ", which a stream cannot hold",
                            walk.messageStart());
            }
        }
        return new FrameSummary(rows, batches);
    }

    /**
     * Reads the schema that the frame begins with, and nothing behind it.
     *
     * @throws MalformedFrameException where the frame does not begin with a sound schema
     */
    public static FrameSchema schema(ByteBuffer frame) throws MalformedFrameException {
        MessageWalk walk = new MessageWalk(frame);
        requireSchema(walk);
        return SchemaReader.read(walk.header());
    }

    private static void requireSchema(MessageWalk walk) throws MalformedFrameException {
        if (!walk.advance() || walk.headerType() != MessageHeader.Schema) {
            throw new MalformedFrameException("no schema at the beginning", walk.messageStart());
        }
        if (walk.bodyLength() != 0) {
            throw new MalformedFrameException("a schema with a body", walk.messageStart());
        }
        walk.header();
    }

    private static long checkedRows(MessageWalk walk) throws MalformedFrameException {
        FlatTable batch = walk.header();
        long rows = batch.getLong(LENGTH, 0);
        if (rows < 0) {
            throw new MalformedFrameException("a record batch of " + rows + " rows", batch.offset());
        }
        checkNodes(batch, walk.bytes());
        checkBuffers(batch, walk.bytes(), walk.bodyLength());
        return rows;
    }

    private static void checkNodes(FlatTable batch, ByteBuffer bytes) throws MalformedFrameException {
        int nodes = batch.vector(NODES, STRUCT_BYTES, "the list of field nodes");
        int count = batch.length(nodes);
        for (int i = 0; i < count; i++) {
            int node = nodes + i * STRUCT_BYTES;
            long length = bytes.getLong(node);
            long nulls = bytes.getLong(node + Long.BYTES);
            if (length < 0 || nulls < 0 || nulls > length) {
                throw new MalformedFrameException(
                        "a field node of " + length + " values with " + nulls + " nulls", node);
            }
        }
    }

    private static void checkBuffers(FlatTable batch, ByteBuffer bytes, long bodyLength)
            throws MalformedFrameException {
        int buffers = batch.vector(BUFFERS, STRUCT_BYTES, "the list of buffers");
        int count = batch.length(buffers);
        for (int i = 0; i < count; i++) {
            int buffer = buffers + i * STRUCT_BYTES;
            long offset = bytes.getLong(buffer);
            long length = bytes.getLong(buffer + Long.BYTES);
            if (offset < 0 || length < 0 || offset > bodyLength || length > bodyLength - offset) {
                throw new MalformedFrameException(
                        "a buffer of " + length + " bytes at " + offset + " in a body of " + bodyLength, buffer);
            }
        }
    }

    private static long add(long rows, long more, int seenAt) throws MalformedFrameException {
        if (more > Long.MAX_VALUE - rows) {
            throw new MalformedFrameException("more rows than a 64-bit number counts", seenAt);
        }
        return rows + more;
    }
}
