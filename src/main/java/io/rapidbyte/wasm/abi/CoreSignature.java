package io.rapidbyte.wasm.abi;

import java.util.List;
import java.util.stream.Collectors;

/** The type of a core function. */
public record CoreSignature(List<CoreType> params, List<CoreType> results) {
    public CoreSignature {
        params = List.copyOf(params);
        results = List.copyOf(results);
    }

    @Override
    public String toString() {
        return text(params) + " -> " + text(results);
    }

    private static String text(List<CoreType> types) {
        return types.stream().map(CoreType::toString).collect(Collectors.joining(", ", "(", ")"));
    }
}
