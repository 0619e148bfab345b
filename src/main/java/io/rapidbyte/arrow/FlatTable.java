package io.rapidbyte.arrow;

import java.nio.ByteBuffer;

/**
 * One FlatBuffers table inside a bounded region of a little-endian buffer.
 *
 * <p>FlatBuffers' own readers follow whatever offset they find. Here every offset comes from a guest, so
 * each is checked against the region with arithmetic that cannot wrap before memory is touched (I30).
 * Layout: <a href="https://flatbuffers.dev/internals/">flatbuffers.dev/internals</a>.
 */
final class FlatTable {
    /** Size of an offset, of a vector's length, and of a table's link to its vtable. */
    private static final int WORD = 4;

    /** A vtable begins with two 16-bit sizes: its own and the table's. */
    private static final int VTABLE_HEADER = 4;

    private final ByteBuffer bytes;
    private final int start;
    private final int end;
    private final int table;
    private final int vtable;
    private final int vtableSize;
    private final int tableSize;

    private FlatTable(ByteBuffer bytes, int start, int end, int table) throws MalformedFrameException {
        this.bytes = bytes;
        this.start = start;
        this.end = end;
        this.table = table;
        requireInside(table, WORD, "a table", table);
        long vtablePosition = (long) table - bytes.getInt(table);
        requireInside(vtablePosition, VTABLE_HEADER, "a vtable", table);
        this.vtable = (int) vtablePosition;
        this.vtableSize = unsignedShort(vtable);
        this.tableSize = unsignedShort(vtable + 2);
        if (vtableSize < VTABLE_HEADER || tableSize < WORD) {
            throw new MalformedFrameException("a vtable smaller than its own header", vtable);
        }
        requireInside(vtable, vtableSize, "a vtable", vtable);
        requireInside(table, tableSize, "a table", table);
    }

    /** The root table of the FlatBuffer that fills {@code [start, end)} of {@code bytes}. */
    static FlatTable root(ByteBuffer bytes, int start, int end) throws MalformedFrameException {
        if (end - start < WORD) {
            throw new MalformedFrameException("metadata too short for a FlatBuffer", start);
        }
        long root = start + Integer.toUnsignedLong(bytes.getInt(start));
        if (root > end - WORD) {
            throw new MalformedFrameException("a root table outside its metadata", start);
        }
        return new FlatTable(bytes, start, end, (int) root);
    }

    /** Where the table begins, for messages. */
    int offset() {
        return table;
    }

    byte getByte(int slot, int fallback) throws MalformedFrameException {
        int at = field(slot, Byte.BYTES);
        return at == 0 ? (byte) fallback : bytes.get(at);
    }

    short getShort(int slot, int fallback) throws MalformedFrameException {
        int at = field(slot, Short.BYTES);
        return at == 0 ? (short) fallback : bytes.getShort(at);
    }

    int getInt(int slot, int fallback) throws MalformedFrameException {
        int at = field(slot, Integer.BYTES);
        return at == 0 ? fallback : bytes.getInt(at);
    }

    long getLong(int slot, long fallback) throws MalformedFrameException {
        int at = field(slot, Long.BYTES);
        return at == 0 ? fallback : bytes.getLong(at);
    }

    /** The table that the field points to, which must be there. */
    FlatTable getTable(int slot, String what) throws MalformedFrameException {
        int at = field(slot, WORD);
        if (at == 0) {
            throw new MalformedFrameException(what + " is missing", table);
        }
        return new FlatTable(bytes, start, end, follow(at, what));
    }

    /** The string in the field; empty where it has none. */
    String getString(int slot, SchemaBudget budget) throws MalformedFrameException {
        int at = field(slot, WORD);
        if (at == 0) {
            return "";
        }
        int string = follow(at, "a string");
        int length = vectorLength(string, 1, "a string");
        return budget.decode(bytes, string + WORD, length);
    }

    /** Position of the first element of the vector in the field, all of it within bounds; 0 where there is none. */
    int vector(int slot, int elementSize, String what) throws MalformedFrameException {
        int at = field(slot, WORD);
        if (at == 0) {
            return 0;
        }
        int vector = follow(at, what);
        vectorLength(vector, elementSize, what);
        return vector + WORD;
    }

    /** Number of elements of a vector found by {@link #vector}. */
    int length(int vector) {
        return vector == 0 ? 0 : bytes.getInt(vector - WORD);
    }

    /** Element {@code index} of a vector of tables found by {@link #vector}. */
    FlatTable element(int vector, int index, String what) throws MalformedFrameException {
        return new FlatTable(bytes, start, end, follow(vector + index * WORD, what));
    }

    private int field(int slot, int size) throws MalformedFrameException {
        int entry = VTABLE_HEADER + slot * Short.BYTES;
        if (entry + Short.BYTES > vtableSize) {
            return 0;
        }
        int offset = unsignedShort(vtable + entry);
        if (offset == 0) {
            return 0;
        }
        if (offset < WORD || offset + size > tableSize) {
            throw new MalformedFrameException("a field outside its table", vtable + entry);
        }
        return table + offset;
    }

    private int follow(int at, String what) throws MalformedFrameException {
        long target = at + Integer.toUnsignedLong(bytes.getInt(at));
        requireInside(target, WORD, what, at);
        return (int) target;
    }

    private int vectorLength(int vector, int elementSize, String what) throws MalformedFrameException {
        long length = Integer.toUnsignedLong(bytes.getInt(vector));
        requireInside((long) vector + WORD, length * elementSize, what, vector);
        return (int) length;
    }

    private void requireInside(long position, long size, String what, int seenAt) throws MalformedFrameException {
        if (position < start || size > end - position) {
            throw new MalformedFrameException(what + " reaches outside its metadata", seenAt);
        }
    }

    private int unsignedShort(int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }
}
