package io.rapidbyte.wasm.abi;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The type names of one interface or world, resolved on demand: a name may be used before it is declared. */
final class WitScope {
    /** A type as it was written, still to be resolved. */
    @FunctionalInterface
    interface Written {
        WitType resolve(WitScope scope);
    }

    private final Map<String, Written> declared = new LinkedHashMap<>();
    private final Map<String, WitType> resolved = new HashMap<>();
    private final Set<String> resolving = new HashSet<>();

    void declare(String name, int line, Written type) {
        if (declared.putIfAbsent(name, type) != null) {
            throw new WitSyntaxException(line, "the type '" + name + "' is declared twice");
        }
    }

    WitType resolve(String name, int line) {
        WitType known = resolved.get(name);
        if (known != null) {
            return known;
        }
        Written type = Optional.ofNullable(declared.get(name))
                .orElseThrow(() -> new WitSyntaxException(line, "there is no type '" + name + "'"));
        if (!resolving.add(name)) {
            throw new WitSyntaxException(line, "the type '" + name + "' contains itself");
        }
        WitType made = type.resolve(this);
        resolving.remove(name);
        resolved.put(name, made);
        return made;
    }

    Map<String, WitType> resolveAll() {
        declared.keySet().forEach(name -> resolve(name, 1));
        return resolved;
    }
}
