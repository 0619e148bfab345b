package io.rapidbyte.wasm.abi;

import java.util.Set;

/** A value of a {@code flags} type: the names that are set. */
public record WitFlags(Set<String> names) {
    public WitFlags {
        names = Set.copyOf(names);
    }

    public static WitFlags of(String... names) {
        return new WitFlags(Set.of(names));
    }

    public boolean has(String name) {
        return names.contains(name);
    }
}
