package io.rapidbyte.wasm.abi;

/** A value of a {@code result} type; the payload of {@code _} is {@link Unit#UNIT}. */
public sealed interface WitResult {
    /** An {@code ok} without payload. */
    WitResult OK = new Ok(Unit.UNIT);

    static WitResult ok(Object value) {
        return new Ok(value);
    }

    static WitResult err(Object value) {
        return new Err(value);
    }

    record Ok(Object value) implements WitResult {}

    record Err(Object value) implements WitResult {}
}
