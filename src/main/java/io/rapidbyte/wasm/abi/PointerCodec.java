package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;
import java.util.List;

/** What stands elsewhere in memory and is passed as a pointer and a length. */
abstract sealed class PointerCodec extends Codec permits StringCodec, BytesCodec, ListCodec {
    private static final int POINTER_BYTES = 4;

    /** The alignment of what is pointed at. */
    final int targetAlign;

    PointerCodec(int targetAlign) {
        super(2 * POINTER_BYTES, POINTER_BYTES, List.of(CoreType.I32, CoreType.I32));
        this.targetAlign = targetAlign;
    }

    /** Both numbers are the guest's and unchecked. */
    abstract Object read(Transfer transfer, int pointer, int length);

    /** Puts the value into memory; gives its {@link #pair}. */
    abstract long write(Transfer transfer, Object value) throws Exception;

    static long pair(int pointer, int length) {
        return ((long) length << 32) | Integer.toUnsignedLong(pointer);
    }

    @Override
    final Object load(Transfer transfer, int at) {
        ByteBuffer memory = transfer.bytes();
        return read(transfer, memory.getInt(at), memory.getInt(at + POINTER_BYTES));
    }

    @Override
    final void store(Transfer transfer, int at, Object value) throws Exception {
        // The little-endian pair is pointer first, length second, as the layout wants it.
        long pair = write(transfer, value);
        transfer.bytes().putLong(at, pair);
    }

    @Override
    final Object lift(Transfer transfer, long[] core, int at) {
        return read(transfer, (int) core[at], (int) core[at + 1]);
    }

    @Override
    final void lower(Transfer transfer, Object value, long[] core, int at) throws Exception {
        long pair = write(transfer, value);
        core[at] = pair & 0xFFFF_FFFFL;
        core[at + 1] = pair >>> 32;
    }
}
