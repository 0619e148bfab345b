package io.rapidbyte.wasm.abi;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Lists of anything but bytes. */
final class ListCodec extends PointerCodec {
    /** About what an element's object and its place in the list take on the heap. */
    private static final int ELEMENT_COST_BYTES = 24;

    private final Codec element;

    ListCodec(Codec element) {
        super(element.align);
        this.element = element;
    }

    @Override
    Object read(Transfer transfer, int pointer, int length) {
        long count = Integer.toUnsignedLong(length);
        if (count > transfer.limits().listElements()) {
            throw new AbiException("a list of %d elements is longer than the limit of %d"
                    .formatted(count, transfer.limits().listElements()));
        }
        int start = transfer.region(pointer, count * element.size, targetAlign);
        transfer.spend(count * ELEMENT_COST_BYTES);
        Object[] values = new Object[length];
        for (int i = 0; i < length; i++) {
            try {
                values[i] = element.load(transfer, start + i * element.size);
            } catch (AbiException e) {
                throw e.within("[" + i + "]");
            }
        }
        return Collections.unmodifiableList(Arrays.asList(values));
    }

    @Override
    long write(Transfer transfer, Object value) throws Exception {
        if (!(value instanceof List<?> list)) {
            throw HostValueException.mismatch("a List", value);
        }
        int length = list.size();
        int start = transfer.allocate(targetAlign, (long) length * element.size);
        int at = start;
        for (Object each : list) {
            try {
                element.store(transfer, at, each);
            } catch (AbiException e) {
                throw e.within("[" + (at - start) / element.size + "]");
            } catch (HostValueException e) {
                throw e.within("[" + (at - start) / element.size + "]");
            }
            at += element.size;
        }
        return pair(start, length);
    }
}
