package io.rapidbyte.wasm.abi;

import java.util.List;
import java.util.Optional;

/** A function of an interface or a world. */
public record WitFunction(String name, List<WitType.Field> params, Optional<WitType> result) {
    public WitFunction {
        params = List.copyOf(params);
    }
}
