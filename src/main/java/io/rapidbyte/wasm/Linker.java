package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.AbiFunction;
import io.rapidbyte.wasm.abi.CoreSignature;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Matches a module's imports and exports with a world's, before anything runs. */
final class Linker {
    static final String MEMORY = "memory";
    static final String REALLOC = "cabi_realloc";
    static final String INITIALIZE = "_initialize";

    private static final String POST_RETURN = "cabi_post_";
    private static final String WASI = "wasi_snapshot_preview1";

    /** The module name under which the world's own functions are imported. */
    private static final String ROOT = "$root";

    private static final String REALLOC_TYPE = "(i32, i32, i32, i32) -> (i32)";
    private static final String INITIALIZE_TYPE = "() -> ()";

    private final GuestWorld world;
    private final List<GuestModule.Item> imports;
    private final Map<String, GuestModule.Item> exports = new HashMap<>();

    /** An import with the world's function behind it. */
    record Import(GuestModule.Item item, AbiFunction function) {}

    /** An export with the world's function in front of it; {@code postReturn} is an export's name. */
    record Export(String item, AbiFunction function, Optional<String> postReturn) {}

    Linker(GuestWorld world, List<GuestModule.Item> imports, List<GuestModule.Item> exports) {
        this.world = world;
        this.imports = imports;
        exports.forEach(item -> this.exports.put(item.name(), item));
    }

    /** Without those of WASI, which the engine serves itself. */
    List<Import> imports() {
        return imports.stream()
                .filter(item -> !item.module().equals(WASI))
                .map(this::match)
                .toList();
    }

    private Import match(GuestModule.Item item) {
        String spelled = item.module() + "#" + item.name();
        String name =
                item.module().equals(ROOT) ? item.name() : interfaceOf(item.module(), spelled) + "#" + item.name();
        AbiFunction function = world.imports().get(name);
        if (function == null) {
            throw new LinkFailed(spelled, "the module imports " + spelled + ", which the host does not offer");
        }
        requireType(spelled, item.type(), function.importSignature());
        return new Import(item, function);
    }

    private String interfaceOf(String module, String spelled) {
        QualifiedName name = QualifiedName.parse(module)
                .filter(parsed -> parsed.packageName().equals(world.packageName()))
                .orElseThrow(() ->
                        new LinkFailed(spelled, "the module imports " + spelled + ", which the host does not offer"));
        if (!world.serves(name.version())) {
            throw new LinkFailed(
                    spelled,
                    "the module imports %s; the host has %s %s, which does not serve that version"
                            .formatted(spelled, world.packageName(), world.versionText()));
        }
        return name.interfaceName();
    }

    /** By the world's names; every function that the world exports is there. */
    Map<String, Export> exports() {
        require(MEMORY, MEMORY);
        require(REALLOC, REALLOC_TYPE);
        if (exports.containsKey(INITIALIZE)) {
            require(INITIALIZE, INITIALIZE_TYPE);
        }
        Map<String, Export> found = new LinkedHashMap<>();
        world.exports().forEach((name, function) -> found.put(name, export(name, function)));
        return found;
    }

    private Export export(String name, AbiFunction function) {
        String item = name.contains("#") ? qualified(name) : name;
        require(item, function.exportSignature().toString());
        String post = POST_RETURN + item;
        if (!exports.containsKey(post)) {
            return new Export(item, function, Optional.empty());
        }
        require(post, function.postReturnSignature().toString());
        return new Export(item, function, Optional.of(post));
    }

    /** The export's name as this module spells it, whatever version it was built against. */
    private String qualified(String name) {
        int hash = name.indexOf('#');
        String interfaceName = name.substring(0, hash);
        String wanted = world.packageName() + "/" + interfaceName + "@" + world.versionText() + name.substring(hash);
        String spelled = wanted;
        for (String candidate : exports.keySet()) {
            int end = candidate.length() - name.length() + hash;
            if (end <= 0 || !candidate.endsWith(name.substring(hash))) {
                continue;
            }
            Optional<QualifiedName> parsed = QualifiedName.parse(candidate.substring(0, end))
                    .filter(each -> each.packageName().equals(world.packageName()))
                    .filter(each -> each.interfaceName().equals(interfaceName));
            if (parsed.isPresent() && world.serves(parsed.get().version())) {
                return candidate;
            }
            spelled = parsed.isPresent() ? candidate : spelled;
        }
        throw spelled.equals(wanted)
                ? new LinkFailed(wanted, "the module does not export " + wanted)
                : new LinkFailed(
                        spelled,
                        "the module exports %s; the host has %s %s, which does not serve that version"
                                .formatted(spelled, world.packageName(), world.versionText()));
    }

    private void require(String name, String type) {
        GuestModule.Item item = exports.get(name);
        if (item == null) {
            throw new LinkFailed(name, "the module does not export " + name);
        }
        if (!item.type().equals(type)) {
            throw new LinkFailed(name, "the module exports %s as %s; it must be %s".formatted(name, item.type(), type));
        }
    }

    private static void requireType(String spelled, String type, CoreSignature wanted) {
        if (!type.equals(wanted.toString())) {
            throw new LinkFailed(
                    spelled, "the module imports %s as %s; the host has it as %s".formatted(spelled, type, wanted));
        }
    }
}
