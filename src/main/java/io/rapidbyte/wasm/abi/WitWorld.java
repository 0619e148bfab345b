package io.rapidbyte.wasm.abi;

import java.util.List;

/** What a guest imports and exports: whole interfaces, and functions of the world's own. */
public record WitWorld(
        String name,
        List<WitInterface> imports,
        List<WitInterface> exports,
        List<WitFunction> importedFunctions,
        List<WitFunction> exportedFunctions) {
    public WitWorld {
        imports = List.copyOf(imports);
        exports = List.copyOf(exports);
        importedFunctions = List.copyOf(importedFunctions);
        exportedFunctions = List.copyOf(exportedFunctions);
    }
}
