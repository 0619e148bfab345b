package io.rapidbyte.wasm.abi;

/** The value of what has no value: a function without a result, a case without a payload, {@code _}. */
public enum Unit {
    UNIT
}
