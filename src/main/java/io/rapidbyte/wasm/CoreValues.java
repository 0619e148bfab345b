package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.CoreType;
import java.util.List;
import org.graalvm.polyglot.Value;

/** Core values, between the engine's objects and the bits of a {@code long}. */
final class CoreValues {
    private CoreValues() {}

    static long[] fromGuest(CoreType[] types, Value[] values) {
        long[] core = new long[types.length];
        for (int i = 0; i < core.length; i++) {
            core[i] = fromGuest(types[i], values[i]);
        }
        return core;
    }

    static long fromGuest(CoreType type, Value value) {
        return switch (type) {
            case I32 -> Integer.toUnsignedLong(value.asInt());
            case I64 -> value.asLong();
            case F32 -> Integer.toUnsignedLong(Float.floatToRawIntBits(value.asFloat()));
            case F64 -> Double.doubleToRawLongBits(value.asDouble());
        };
    }

    static Object[] toGuest(List<CoreType> types, long[] core) {
        Object[] values = new Object[core.length];
        for (int i = 0; i < core.length; i++) {
            values[i] = toGuest(types.get(i), core[i]);
        }
        return values;
    }

    static Object toGuest(CoreType type, long bits) {
        return switch (type) {
            case I32 -> (int) bits;
            case I64 -> bits;
            case F32 -> Float.intBitsToFloat((int) bits);
            case F64 -> Double.longBitsToDouble(bits);
        };
    }
}
