package io.rapidbyte.wasm.abi;

/** A value of an {@code enum} type: the name of its case as the WIT document spells it. */
public record WitEnum(String caseName) {
    public static WitEnum of(String caseName) {
        return new WitEnum(caseName);
    }

    @Override
    public String toString() {
        return caseName;
    }
}
