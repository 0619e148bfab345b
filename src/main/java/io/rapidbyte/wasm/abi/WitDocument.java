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
     * A record type by its interface and name.
     *
     * @throws IllegalArgumentException if there is no such interface or record
     */
    public WitType.RecordOf recordType(String interfaceName, String typeName) {
        WitInterface owner = interfaces.get(interfaceName);
        if (owner != null && owner.types().get(typeName) instanceof WitType.RecordOf found) {
            return found;
        }
        throw new IllegalArgumentException("no record " + typeName + " in interface " + interfaceName);
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
