package io.rapidbyte.arrow;

import io.rapidbyte.arrow.FrameSchema.FrameColumn;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.flatbuf.MessageHeader;

/**
 * The rows of a frame, one by one, each in a form of its own: equal rows give equal bytes, whatever batches they came
 * in. For comparisons, not for speed. Frames are hostile input (I30): a value outside its buffer is an error.
 */
public final class FrameRows {
    private static final int LENGTH = 0;
    private static final int NODES = 1;
    private static final int BUFFERS = 2;
    private static final int STRUCT_BYTES = 16;

    private static final byte NULL = 0;
    private static final byte VALUE = 1;

    private final ByteBuffer bytes;
    private final List<Layout> layouts;
    private final Consumer<byte[]> sink;

    /** How a type's values lie in a batch. */
    private sealed interface Layout {
        record Bits() implements Layout {}

        record Fixed(int width) implements Layout {}

        record Variable() implements Layout {}
    }

    /** The rows that one buffer of a batch belongs to. */
    private record Span(int start, long length) {}

    private record Column(Layout layout, Span validity, Span first, Span second) {}

    private FrameRows(ByteBuffer bytes, List<Layout> layouts, Consumer<byte[]> sink) {
        this.bytes = bytes;
        this.layouts = layouts;
        this.sink = sink;
    }

    /** Whether all columns are of types that {@link #each} reads: those that the connectors' SDK writes. */
    public static boolean reads(FrameSchema schema) {
        return schema.columns().stream().allMatch(column -> FrameRows.known(column.type()));
    }

    private static boolean known(String type) {
        return type.matches(
                "bool|u?int(8|16|32|64)|float(16|32|64)|decimal128\\(.*|utf8|binary|date(32|64)|time(32|64)\\(.*"
                        + "|timestamp\\(.*|duration\\(.*|fixed_size_binary\\(\\d{1,9}\\)");
    }

    /**
     * Hands every row of the frame to {@code sink}, in order.
     *
     * @throws MalformedFrameException where the frame is not sound
     * @throws IllegalArgumentException if it has columns that {@link #reads} does not know
     */
    public static void each(ByteBuffer frame, Consumer<byte[]> sink) throws MalformedFrameException {
        IpcFrames.summarize(frame);
        List<Layout> layouts = new ArrayList<>();
        for (FrameColumn column : IpcFrames.schema(frame).columns()) {
            layouts.add(layout(column.type()));
        }
        MessageWalk walk = new MessageWalk(frame);
        FrameRows rows = new FrameRows(walk.bytes(), layouts, sink);
        while (walk.advance()) {
            if (walk.headerType() == MessageHeader.RecordBatch) {
                rows.batch(walk.header(), walk.bodyStart());
            }
        }
    }

    private static Layout layout(String type) {
        if (!known(type)) {
            throw new IllegalArgumentException("rows with a column of type " + type + " are not read here");
        }
        return switch (type.replaceAll("\\(.*", "")) {
            case "bool" -> new Layout.Bits();
            case "utf8", "binary" -> new Layout.Variable();
            case "int8", "uint8" -> new Layout.Fixed(Byte.BYTES);
            case "int16", "uint16", "float16" -> new Layout.Fixed(Short.BYTES);
            case "int32", "uint32", "float32", "date32", "time32" -> new Layout.Fixed(Integer.BYTES);
            case "decimal128" -> new Layout.Fixed(2 * Long.BYTES);
            case "fixed_size_binary" -> new Layout.Fixed(Integer.parseInt(type.replaceAll("\\D", "")));
            default -> new Layout.Fixed(Long.BYTES);
        };
    }

    private void batch(FlatTable batch, int body) throws MalformedFrameException {
        int nodes = batch.vector(NODES, STRUCT_BYTES, "the list of field nodes");
        int buffers = batch.vector(BUFFERS, STRUCT_BYTES, "the list of buffers");
        long rows = batch.getLong(LENGTH, 0);
        List<Column> columns = new ArrayList<>();
        int next = 0;
        if (batch.length(nodes) != layouts.size()) {
            throw new MalformedFrameException("a batch without a node for each column", batch.offset());
        }
        for (Layout layout : layouts) {
            int count = layout instanceof Layout.Variable ? 3 : 2;
            if (next + count > batch.length(buffers)) {
                throw new MalformedFrameException("a batch with too few buffers", batch.offset());
            }
            columns.add(new Column(
                    layout,
                    span(buffers, next, body),
                    span(buffers, next + 1, body),
                    span(buffers, next + count - 1, body)));
            next += count;
        }
        for (long row = 0; row < rows; row++) {
            sink.accept(row(columns, row));
        }
    }

    private Span span(int buffers, int index, int body) {
        int at = buffers + index * STRUCT_BYTES;
        return new Span(body + (int) bytes.getLong(at), bytes.getLong(at + Long.BYTES));
    }

    private byte[] row(List<Column> columns, long row) throws MalformedFrameException {
        ByteSink out = new ByteSink();
        for (Column column : columns) {
            if (column.validity.length() > 0 && !bit(column.validity, row)) {
                out.add(NULL);
            } else {
                out.add(VALUE);
                value(column, row, out);
            }
        }
        return out.toByteArray();
    }

    private void value(Column column, long row, ByteSink out) throws MalformedFrameException {
        switch (column.layout) {
            case Layout.Bits _ -> out.add((byte) (bit(column.first, row) ? 1 : 0));
            case Layout.Fixed fixed ->
                out.add(bytes, place(column.first, row * fixed.width(), fixed.width()), fixed.width());
            case Layout.Variable _ -> {
                int from = bytes.getInt(place(column.first, row * Integer.BYTES, Integer.BYTES));
                int to = bytes.getInt(place(column.first, (row + 1) * Integer.BYTES, Integer.BYTES));
                if (from < 0 || to < from) {
                    throw new MalformedFrameException("a value from " + from + " to " + to, column.first.start());
                }
                out.add(to - from);
                out.add(bytes, place(column.second, from, to - from), to - from);
            }
        }
    }

    private boolean bit(Span span, long row) throws MalformedFrameException {
        return (bytes.get(place(span, row / Byte.SIZE, 1)) >> (row % Byte.SIZE) & 1) == 1;
    }

    private static int place(Span span, long offset, int size) throws MalformedFrameException {
        if (offset > span.length() - size) {
            throw new MalformedFrameException("a value outside its buffer", span.start());
        }
        return span.start() + (int) offset;
    }

    /** Grows as the row does. */
    private static final class ByteSink {
        private final java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();

        void add(byte octet) {
            out.write(octet);
        }

        void add(int length) {
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                out.write(length >>> shift);
            }
        }

        void add(ByteBuffer source, int from, int length) {
            byte[] copy = new byte[length];
            source.get(from, copy);
            out.writeBytes(copy);
        }

        byte[] toByteArray() {
            return out.toByteArray();
        }
    }
}
