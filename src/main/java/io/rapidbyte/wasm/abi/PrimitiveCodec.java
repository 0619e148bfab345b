package io.rapidbyte.wasm.abi;

import java.nio.ByteBuffer;
import java.util.List;

/** Numbers, booleans and characters. */
final class PrimitiveCodec extends Codec {
    private final WitType.Primitive type;

    PrimitiveCodec(WitType.Primitive type) {
        super(bytes(type), bytes(type), List.of(core(type)));
        this.type = type;
    }

    @Override
    Object load(Transfer transfer, int at) {
        ByteBuffer memory = transfer.bytes();
        return fromBits(
                switch (size) {
                    case 1 -> memory.get(at);
                    case 2 -> memory.getShort(at);
                    case 4 -> memory.getInt(at);
                    default -> memory.getLong(at);
                });
    }

    @Override
    void store(Transfer transfer, int at, Object value) {
        ByteBuffer memory = transfer.bytes();
        long bits = toBits(value);
        switch (size) {
            case 1 -> memory.put(at, (byte) bits);
            case 2 -> memory.putShort(at, (short) bits);
            case 4 -> memory.putInt(at, (int) bits);
            default -> memory.putLong(at, bits);
        }
    }

    @Override
    Object lift(Transfer transfer, long[] core, int at) {
        return fromBits(core[at]);
    }

    @Override
    void lower(Transfer transfer, Object value, long[] core, int at) {
        core[at] = toBits(value);
    }

    /** Upper bits that the type does not have are dropped, as the ABI says. */
    private Object fromBits(long bits) {
        return switch (type) {
            case BOOL -> (int) bits != 0;
            case U8 -> (int) bits & 0xFF;
            case S8 -> (int) (byte) bits;
            case U16 -> (int) bits & 0xFFFF;
            case S16 -> (int) (short) bits;
            case U32 -> bits & 0xFFFF_FFFFL;
            case S32 -> (int) bits;
            case U64, S64 -> bits;
            case F32 -> Float.intBitsToFloat((int) bits);
            case F64 -> Double.longBitsToDouble(bits);
            case CHAR -> scalar((int) bits);
            case STRING -> throw new AssertionError("strings have a codec of their own");
        };
    }

    /** As a core function returns it: signed types sign-extended to 32 bits. */
    private long toBits(Object value) {
        return switch (type) {
            case BOOL -> value instanceof Boolean b ? (b ? 1 : 0) : reject("a Boolean", value);
            case U8 -> integer(value, 0, 0xFF);
            case S8 -> low(integer(value, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case U16 -> integer(value, 0, 0xFFFF);
            case S16 -> low(integer(value, Short.MIN_VALUE, Short.MAX_VALUE));
            case U32 -> integer(value, 0, 0xFFFF_FFFFL);
            case S32 -> low(integer(value, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case U64, S64 -> integer(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case F32 -> value instanceof Float f ? low(Float.floatToRawIntBits(f)) : reject("a Float", value);
            case F64 -> value instanceof Double d ? Double.doubleToRawLongBits(d) : reject("a Double", value);
            case CHAR -> {
                long point = integer(value, 0, Character.MAX_CODE_POINT);
                yield isScalar((int) point) ? point : reject("a Unicode scalar value", value);
            }
            case STRING -> throw new AssertionError("strings have a codec of their own");
        };
    }

    private static long low(long value) {
        return value & 0xFFFF_FFFFL;
    }

    private static long integer(Object value, long min, long max) {
        if (!(value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte)) {
            return reject("an integer", value);
        }
        long number = ((Number) value).longValue();
        if (number < min || number > max) {
            throw new HostValueException(number + " is not between " + min + " and " + max);
        }
        return number;
    }

    private static Integer scalar(int point) {
        if (!isScalar(point)) {
            throw new AbiException("0x%x is not a character".formatted(point));
        }
        return point;
    }

    private static boolean isScalar(int point) {
        return Character.isValidCodePoint(point)
                && (point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE);
    }

    private static long reject(String expected, Object value) {
        throw HostValueException.mismatch(expected, value);
    }

    private static int bytes(WitType.Primitive type) {
        return switch (type) {
            case BOOL, U8, S8 -> 1;
            case U16, S16 -> 2;
            case U32, S32, F32, CHAR -> 4;
            case U64, S64, F64, STRING -> 8;
        };
    }

    private static CoreType core(WitType.Primitive type) {
        return switch (type) {
            case BOOL, U8, S8, U16, S16, U32, S32, CHAR -> CoreType.I32;
            case U64, S64, STRING -> CoreType.I64;
            case F32 -> CoreType.F32;
            case F64 -> CoreType.F64;
        };
    }
}
