package io.rapidbyte.wasm.abi;

import java.util.List;

/** Nothing at all. */
final class UnitCodec extends Codec {
    UnitCodec() {
        super(0, 1, List.of());
    }

    @Override
    Object load(Transfer transfer, int at) {
        return Unit.UNIT;
    }

    @Override
    void store(Transfer transfer, int at, Object value) {
        check(value);
    }

    @Override
    Object lift(Transfer transfer, long[] core, int at) {
        return Unit.UNIT;
    }

    @Override
    void lower(Transfer transfer, Object value, long[] core, int at) {
        check(value);
    }

    private static void check(Object value) {
        if (value != Unit.UNIT) {
            throw HostValueException.mismatch("nothing (Unit.UNIT)", value);
        }
    }
}
