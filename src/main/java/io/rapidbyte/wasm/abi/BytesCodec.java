package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** {@code list<u8>}: bulk bytes, never boxed, and never copied on the way in. */
final class BytesCodec extends PointerCodec {
    BytesCodec() {
        super(1);
    }

    @Override
    Object read(Transfer transfer, int pointer, int length) {
        return transfer.view(pointer, length);
    }

    @Override
    long write(Transfer transfer, Object value) throws Exception {
        return switch (value) {
            case byte[] bytes -> {
                int pointer = transfer.allocate(1, bytes.length);
                transfer.bytes().put(pointer, bytes);
                yield pair(pointer, bytes.length);
            }
            case ByteBuffer bytes -> {
                int length = bytes.remaining();
                int pointer = transfer.allocate(1, length);
                transfer.bytes().put(pointer, bytes, bytes.position(), length);
                yield pair(pointer, length);
            }
            case ByteProducer producer -> produce(transfer, producer);
            default -> throw HostValueException.mismatch("a byte[], a ByteBuffer or a ByteProducer", value);
        };
    }

    private static long produce(Transfer transfer, ByteProducer producer) throws Exception {
        int room = producer.maxBytes();
        if (room < 0) {
            throw new HostValueException("a producer of at most " + room + " bytes");
        }
        int pointer = transfer.allocate(1, room);
        ByteBuffer target = transfer.bytes().slice(pointer, room).order(ByteOrder.LITTLE_ENDIAN);
        int length;
        try {
            producer.fill(target);
            length = target.position();
        } catch (ReturnedError e) {
            giveBack(transfer, pointer, room, 0);
            throw e;
        }
        return pair(giveBack(transfer, pointer, room, length), length);
    }

    /**
     * A block keeps at least one byte: an allocator need not take a size of nothing as "free", and a
     * guest need not free an empty list.
     */
    private static int giveBack(Transfer transfer, int pointer, int room, int length) {
        int kept = Math.max(1, length);
        return kept < room ? transfer.shrink(pointer, room, kept) : pointer;
    }
}
