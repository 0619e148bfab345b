package io.rapidbyte.wasm.abi;

import java.util.List;

/**
 * Carries the values of one type, in both of the canonical ABI's forms: laid out in memory
 * ({@code load}, {@code store}), and flattened into core values ({@code lift}, {@code lower}). Compiled
 * once from a {@link WitType}; immutable. See "Canonical ABI" in the component model's design.
 *
 * <p>Core values travel as the bits of a {@code long}, the narrow ones in its low half. That makes the
 * conversions between the places that variant cases share free: joining {@code f32} with {@code i64}
 * keeps the bits.
 *
 * <p>Whoever calls {@code load} or {@code store} has checked that {@code at} is aligned and that all of
 * {@code size} lies in memory.
 */
abstract sealed class Codec permits UnitCodec, PrimitiveCodec, PointerCodec, FieldsCodec, CasesCodec, FlagsCodec {
    final int size;
    final int align;
    final List<CoreType> flat;

    Codec(int size, int align, List<CoreType> flat) {
        this.size = size;
        this.align = align;
        this.flat = List.copyOf(flat);
    }

    abstract Object load(Transfer transfer, int at);

    abstract void store(Transfer transfer, int at, Object value) throws Exception;

    abstract Object lift(Transfer transfer, long[] core, int at);

    abstract void lower(Transfer transfer, Object value, long[] core, int at) throws Exception;

    static int alignTo(int offset, int align) {
        return Math.addExact(offset, align - 1) / align * align;
    }
}
