package io.rapidbyte.wasm.abi;

import java.util.Locale;

/** The value types of core WebAssembly that the canonical ABI uses. */
public enum CoreType {
    I32,
    I64,
    F32,
    F64;

    /** The type that can carry both, as two cases of a variant share a place. */
    CoreType join(CoreType other) {
        if (this == other) {
            return this;
        }
        boolean narrow = (this == I32 && other == F32) || (this == F32 && other == I32);
        return narrow ? I32 : I64;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
