package io.rapidbyte.wasm.abi;

import java.util.Map;

/**
 * One parsed WIT package. Immutable.
 *
 * @param packageName such as {@code rapidbyte:connector}, without the version
 * @param version such as {@code 2.0.0}; empty where the document has none
 */
public record WitDocument(
        String packageName, String version, Map<String, WitInterface> interfaces, Map<String, WitWorld> worlds) {
    public WitDocument {
        interfaces = Map.copyOf(interfaces);
        worlds = Map.copyOf(worlds);
    }

    /**
     * Reads a document.
     *
     * @throws WitSyntaxException with the line of the first problem
     */
    public static WitDocument parse(String text) {
        return new WitParser(text).parse();
    }

    /**
     * A named type that is visible in an interface.
     *
     * @throws IllegalArgumentException if there is none
     */
    public WitType type(String interfaceName, String typeName) {
        WitInterface owner = interfaces.get(interfaceName);
        WitType found = owner == null ? null : owner.types().get(typeName);
        if (found == null) {
            throw new IllegalArgumentException("no type " + typeName + " in interface " + interfaceName);
        }
        return found;
    }

    /**
     * A record type that is visible in an interface.
     *
     * @throws IllegalArgumentException if there is none
     */
    public WitType.RecordOf recordType(String interfaceName, String typeName) {
        if (type(interfaceName, typeName) instanceof WitType.RecordOf found) {
            return found;
        }
        throw new IllegalArgumentException(typeName + " in interface " + interfaceName + " is no record");
    }

    /**
     * A world by its name.
     *
     * @throws IllegalArgumentException if there is no such world
     */
    public WitWorld world(String name) {
        WitWorld found = worlds.get(name);
        if (found == null) {
            throw new IllegalArgumentException("no world " + name + " in " + packageName);
        }
        return found;
    }
}
