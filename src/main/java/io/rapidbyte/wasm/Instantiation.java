package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.AbiFunction;
import io.rapidbyte.wasm.abi.CoreType;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;
import org.graalvm.polyglot.proxy.ProxyObject;

/** Makes a linked instance in the engine. Runs no code of the guest's. */
final class Instantiation {
    private static final String ENGINE_FUNCTIONS = "WebAssembly";

    private Instantiation() {}

    /** What the host holds of an instance in the engine. */
    record Exports(Map<String, Export> functions, Optional<Value> initialize) {}

    /** An export ready to be called. */
    record Export(
            AbiFunction function,
            Value code,
            List<CoreType> params,
            List<CoreType> results,
            Optional<Value> postReturn) {}

    static Exports run(
            Context context,
            Source source,
            Linker linker,
            Map<String, ? extends HostFunction<?>> host,
            CallState state,
            GuestMemory memory) {
        Map<String, Object> imports = imports(linker, host, state, memory);
        Map<String, Linker.Export> wanted = linker.exports();
        Value exports = instantiate(context, source, imports).getMember("exports");
        memory.attach(
                context.getPolyglotBindings().getMember(ENGINE_FUNCTIONS),
                exports.getMember(Linker.MEMORY),
                exports.getMember(Linker.REALLOC),
                state::guestRuns);
        Map<String, Export> functions = new HashMap<>();
        wanted.forEach((name, export) -> functions.put(name, export(exports, export)));
        return new Exports(functions, member(exports, Linker.INITIALIZE));
    }

    private static Value instantiate(Context context, Source source, Map<String, Object> imports) {
        try {
            return context.eval(source).newInstance(ProxyObject.fromMap(imports));
        } catch (PolyglotException e) {
            throw new LinkFailed(source.getName(), "the module cannot be instantiated: " + e.getMessage());
        }
    }

    private static Map<String, Object> imports(
            Linker linker, Map<String, ? extends HostFunction<?>> host, CallState state, GuestMemory memory) {
        Map<String, Map<String, Object>> modules = new LinkedHashMap<>();
        for (Linker.Import each : linker.imports()) {
            String name = each.function().name();
            HostFunction<?> function = host.get(name);
            if (function == null) {
                throw new LinkFailed(
                        each.item().module() + "#" + each.item().name(),
                        "the module imports " + name + ", for which the host has no function");
            }
            modules.computeIfAbsent(each.item().module(), module -> new HashMap<>())
                    .put(each.item().name(), new HostImport(each.function(), function, state, memory));
        }
        Map<String, Object> imports = new HashMap<>();
        modules.forEach((module, functions) -> imports.put(module, ProxyObject.fromMap(functions)));
        return imports;
    }

    private static Export export(Value exports, Linker.Export export) {
        AbiFunction function = export.function();
        return new Export(
                function,
                exports.getMember(export.item()),
                function.exportSignature().params(),
                function.exportSignature().results(),
                export.postReturn().map(exports::getMember));
    }

    private static Optional<Value> member(Value exports, String name) {
        return exports.hasMember(name) ? Optional.of(exports.getMember(name)) : Optional.empty();
    }
}
