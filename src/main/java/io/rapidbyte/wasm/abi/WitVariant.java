package io.rapidbyte.wasm.abi;

/** A value of a {@code variant} type; a case without payload carries {@link Unit#UNIT}. */
public record WitVariant(String caseName, Object payload) {
    public static WitVariant of(String caseName) {
        return new WitVariant(caseName, Unit.UNIT);
    }

    public static WitVariant of(String caseName, Object payload) {
        return new WitVariant(caseName, payload);
    }
}
