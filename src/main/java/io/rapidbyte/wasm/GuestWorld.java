package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.AbiFunction;
import io.rapidbyte.wasm.abi.SemanticVersion;
import io.rapidbyte.wasm.abi.WitDocument;
import io.rapidbyte.wasm.abi.WitFunction;
import io.rapidbyte.wasm.abi.WitInterface;
import io.rapidbyte.wasm.abi.WitWorld;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A WIT world made ready to link modules: every function's ABI is worked out once. Immutable. */
public final class GuestWorld {
    private final WitDocument document;
    private final Optional<SemanticVersion> version;
    private final Map<String, AbiFunction> imports;
    private final Map<String, AbiFunction> exports;

    private GuestWorld(WitDocument document, WitWorld world) {
        this.document = document;
        this.version = SemanticVersion.parse(document.version());
        this.imports = compile(world.imports(), world.importedFunctions());
        this.exports = compile(world.exports(), world.exportedFunctions());
    }

    /**
     * Works out the ABI of every function of a world.
     *
     * @throws IllegalArgumentException if the document has no such world
     */
    public static GuestWorld of(WitDocument document, String world) {
        return new GuestWorld(document, document.world(world));
    }

    private static Map<String, AbiFunction> compile(List<WitInterface> interfaces, List<WitFunction> own) {
        Map<String, AbiFunction> functions = new LinkedHashMap<>();
        for (WitFunction function : own) {
            functions.put(function.name(), AbiFunction.of(function.name(), function));
        }
        for (WitInterface each : interfaces) {
            for (WitFunction function : each.functions()) {
                String name = each.name() + "#" + function.name();
                functions.put(name, AbiFunction.of(name, function));
            }
        }
        return functions;
    }

    public WitDocument document() {
        return document;
    }

    String packageName() {
        return document.packageName();
    }

    Map<String, AbiFunction> imports() {
        return imports;
    }

    Map<String, AbiFunction> exports() {
        return exports;
    }

    /** Whether a guest that was built against {@code built} fits this world's version. */
    boolean serves(Optional<SemanticVersion> built) {
        if (version.isEmpty() || built.isEmpty()) {
            return version.isEmpty() && built.isEmpty();
        }
        return version.get().serves(built.get());
    }

    String versionText() {
        return version.map(SemanticVersion::toString).orElse("without a version");
    }
}
