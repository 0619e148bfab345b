package io.rapidbyte.wasm.abi;

import java.util.List;
import java.util.Map;

/**
 * An interface with the types it declares, the types it {@code use}s, and its functions.
 *
 * @param types every named type visible in the interface, aliases resolved
 */
public record WitInterface(String name, Map<String, WitType> types, List<WitFunction> functions) {
    public WitInterface {
        types = Map.copyOf(types);
        functions = List.copyOf(functions);
    }
}
