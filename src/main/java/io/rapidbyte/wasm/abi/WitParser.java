package io.rapidbyte.wasm.abi;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Packages, interfaces and worlds. One document is one package; others cannot be referred to. */
final class WitParser {
    private final WitTokens tokens;
    private final WitTypeParser types;
    private final Map<String, Raw> interfaces = new LinkedHashMap<>();
    private final Map<String, Raw> worlds = new LinkedHashMap<>();

    WitParser(String text) {
        this.tokens = new WitTokens(text);
        this.types = new WitTypeParser(tokens);
    }

    /** An interface or a world whose types are not resolved yet. */
    private static final class Raw {
        final WitScope scope = new WitScope();
        final List<Function<WitScope, WitFunction>> functions = new ArrayList<>();
        final List<Function<WitScope, WitFunction>> exportedFunctions = new ArrayList<>();
        final List<Reference> imports = new ArrayList<>();
        final List<Reference> exports = new ArrayList<>();
        final Set<String> names = new HashSet<>();
    }

    private record Reference(String name, int line) {}

    WitDocument parse() {
        skipGates();
        tokens.expect("package");
        String namespace = tokens.name();
        tokens.expect(":");
        String packageName = namespace + ":" + tokens.name();
        String version = tokens.accept("@") ? tokens.next().text() : "";
        if (!version.isEmpty() && SemanticVersion.parse(version).isEmpty()) {
            throw tokens.error("'" + version + "' is not a version such as 1.2.3");
        }
        tokens.expect(";");
        while (!tokens.atEnd()) {
            item();
        }
        return resolve(packageName, version);
    }

    private void item() {
        skipGates();
        if (tokens.accept("interface")) {
            interfaceBody(declare(interfaces, "interface"));
        } else if (tokens.accept("world")) {
            worldBody(declare(worlds, "world"));
        } else {
            throw tokens.error(
                    "expected 'interface' or 'world'; '" + tokens.peek().text() + "' is not supported here");
        }
    }

    private Raw declare(Map<String, Raw> kind, String what) {
        Raw raw = new Raw();
        String name = tokens.name();
        if (kind.putIfAbsent(name, raw) != null) {
            throw tokens.error("the " + what + " '" + name + "' is declared twice");
        }
        return raw;
    }

    private void interfaceBody(Raw raw) {
        tokens.expect("{");
        while (!tokens.accept("}")) {
            skipGates();
            if (!types.definition(raw.scope) && !use(raw.scope)) {
                refuse("resource");
                String name = uniqueName(raw);
                tokens.expect(":");
                refuse("async");
                raw.functions.add(types.function(name));
            }
        }
    }

    private void worldBody(Raw raw) {
        tokens.expect("{");
        while (!tokens.accept("}")) {
            skipGates();
            refuse("include");
            if (tokens.accept("import")) {
                worldItem(raw, raw.imports, raw.functions);
            } else if (tokens.accept("export")) {
                worldItem(raw, raw.exports, raw.exportedFunctions);
            } else if (!types.definition(raw.scope) && !use(raw.scope)) {
                throw tokens.error("expected 'import', 'export' or a type, found '"
                        + tokens.peek().text() + "'");
            }
        }
    }

    private void worldItem(Raw raw, List<Reference> references, List<Function<WitScope, WitFunction>> functions) {
        int line = tokens.peek().line();
        String name = tokens.name();
        if (tokens.accept(";")) {
            references.add(new Reference(name, line));
            return;
        }
        tokens.expect(":");
        refuse("interface");
        refuse("async");
        if (!tokens.peek().is("func")) {
            throw tokens.error("interfaces of other packages are not supported");
        }
        if (!raw.names.add(name)) {
            throw new WitSyntaxException(line, "'" + name + "' is declared twice");
        }
        functions.add(types.function(name));
    }

    private String uniqueName(Raw raw) {
        String name = tokens.name();
        if (!raw.names.add(name)) {
            throw tokens.error("the function '" + name + "' is declared twice");
        }
        return name;
    }

    /** Reads {@code use other.{a, b as c};}, if the next tokens are one. */
    private boolean use(WitScope scope) {
        int line = tokens.peek().line();
        if (!tokens.accept("use")) {
            return false;
        }
        String owner = tokens.name();
        if (!tokens.peek().is(".")) {
            throw tokens.error("interfaces of other packages are not supported");
        }
        tokens.expect(".");
        tokens.list("{", "}", () -> {
            String name = tokens.name();
            String as = tokens.accept("as") ? tokens.name() : name;
            scope.declare(as, line, any -> interfaceOf(owner, line).scope.resolve(name, line));
            return as;
        });
        tokens.expect(";");
        return true;
    }

    private Raw interfaceOf(String name, int line) {
        return Optional.ofNullable(interfaces.get(name))
                .orElseThrow(() -> new WitSyntaxException(line, "there is no interface '" + name + "'"));
    }

    /** Feature gates such as {@code @since(version = 1.2.0)} say nothing about types. */
    private void skipGates() {
        while (tokens.accept("@")) {
            tokens.name();
            if (tokens.accept("(")) {
                while (!tokens.accept(")")) {
                    if (tokens.atEnd()) {
                        throw tokens.error("the gate is never closed");
                    }
                    tokens.next();
                }
            }
        }
    }

    private void refuse(String keyword) {
        if (tokens.peek().is(keyword)) {
            throw tokens.error("'" + keyword + "' is not supported");
        }
    }

    private WitDocument resolve(String packageName, String version) {
        Map<String, WitInterface> made = new LinkedHashMap<>();
        interfaces.forEach((name, raw) ->
                made.put(name, new WitInterface(name, raw.scope.resolveAll(), functions(raw.functions, raw.scope))));
        Map<String, WitWorld> madeWorlds = new LinkedHashMap<>();
        worlds.forEach((name, raw) -> {
            raw.scope.resolveAll();
            madeWorlds.put(
                    name,
                    new WitWorld(
                            name,
                            interfaces(raw.imports, made),
                            interfaces(raw.exports, made),
                            functions(raw.functions, raw.scope),
                            functions(raw.exportedFunctions, raw.scope)));
        });
        return new WitDocument(packageName, version, made, madeWorlds);
    }

    private List<WitInterface> interfaces(List<Reference> references, Map<String, WitInterface> made) {
        List<WitInterface> found = new ArrayList<>();
        for (Reference reference : references) {
            interfaceOf(reference.name, reference.line);
            found.add(made.get(reference.name));
        }
        return found;
    }

    private static List<WitFunction> functions(List<Function<WitScope, WitFunction>> written, WitScope scope) {
        return written.stream().map(each -> each.apply(scope)).toList();
    }
}
