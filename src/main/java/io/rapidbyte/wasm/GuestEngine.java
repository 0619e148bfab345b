package io.rapidbyte.wasm;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.Engine;
import org.graalvm.polyglot.EnvironmentAccess;
import org.graalvm.polyglot.PolyglotAccess;
import org.graalvm.polyglot.io.IOAccess;

/** Runs WebAssembly. One for the whole process, so that compiled code is shared by all instances. */
public final class GuestEngine {
    static final String LANGUAGE = "wasm";

    /**
     * Of all settings tried, those that bring guests to full speed soonest. Measured on two cores with a cold
     * process that copies a million rows: 6.3 s and 9.2 s of CPU without, 4.8 s and 5.7 s with the last four.
     */
    private static final Map<String, String> COMPILER_OPTIONS = Map.of(
            // One tier of compilation instead of two.
            "engine.Mode", "latency",
            // Calls and rounds of loops before a function is compiled. At the default of 400 the compiler, itself
            // still slow, is busy with what runs only at the start.
            "engine.FirstTierCompilationThreshold", "20000",
            // Rounds before a loop is compiled apart from its function. Loops over a chunk of rows are compiled
            // with their functions and need it not; it remains for a guest that never leaves one loop.
            "engine.OSRCompilationThreshold", "3000000",
            // First come, first compiled: the preference for functions of high call rates starves the others.
            "engine.TraversingCompilationQueue", "false",
            // The default for two processors is one, and then the destination's loops wait for the source's.
            "engine.CompilerThreads",
                    Integer.toString(Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 2, 4)));

    private final Engine engine;
    private final AtomicInteger liveInstances = new AtomicInteger();

    private GuestEngine() {
        NativeHeap.returnLargeBlocks();
        this.engine = build();
    }

    private static Engine build() {
        try {
            return builder().options(COMPILER_OPTIONS).build();
        } catch (IllegalArgumentException e) {
            // The interpreter has nothing to set there.
            return builder().build();
        }
    }

    private static Engine.Builder builder() {
        return Engine.newBuilder(LANGUAGE)
                .allowExperimentalOptions(true)
                // Whether guests are interpreted is for the user interface to tell.
                .option("engine.WarnInterpreterOnly", "false")
                .option("wasm.Builtins", "wasi_snapshot_preview1")
                // Together they make guest memory a direct buffer, which needs no copy loop.
                .option("wasm.UseUnsafeMemory", "true")
                .option("wasm.DirectByteBufferMemoryAccess", "true")
                .in(InputStream.nullInputStream())
                .out(OutputStream.nullOutputStream())
                .err(OutputStream.nullOutputStream());
    }

    private static final class Holder {
        static final GuestEngine SHARED = new GuestEngine();
    }

    /** Made at the first call, which takes some hundreds of milliseconds. */
    public static GuestEngine shared() {
        return Holder.SHARED;
    }

    /** What runs the guests, for a person: the implementation's own name. */
    public String implementation() {
        return engine.getImplementationName();
    }

    /** Whether hot guest code is compiled; if not, guests run fifty times slower and more. */
    public boolean optimising() {
        return !implementation().equals("Interpreted");
    }

    /**
     * Reads a core module; its code is shared by all that is instantiated from it.
     *
     * @param name for messages and stack traces
     * @throws ModuleRefused if the bytes are not a core module that this host can run
     */
    public GuestModule load(String name, byte[] wasm) {
        return GuestModule.load(this, name, wasm);
    }

    /** How many instances are open; for leak checks. */
    public int liveInstances() {
        return liveInstances.get();
    }

    void opened() {
        liveInstances.incrementAndGet();
    }

    void closed() {
        liveInstances.decrementAndGet();
    }

    /** A context with nothing granted: no files, no environment, no arguments, no threads. */
    Context newContext(OutputStream output) {
        return newContext(output, Map.of(), IOAccess.NONE, "");
    }

    /**
     * A context that sees some of its host.
     *
     * @param environment all variables there are
     * @param folders what is not in it does not exist
     * @param mapped the folders as the engine's WASI wants them named; empty for none
     */
    Context newContext(OutputStream output, Map<String, String> environment, IOAccess folders, String mapped) {
        Context.Builder builder = Context.newBuilder(LANGUAGE).engine(engine).allowIO(folders);
        if (!mapped.isEmpty()) {
            builder.option("wasm.WasiMapDirs", mapped);
        }
        return builder.environment(environment)
                .allowEnvironmentAccess(EnvironmentAccess.NONE)
                .allowCreateThread(false)
                .allowNativeAccess(false)
                // The engine's functions for memories stand among the polyglot bindings.
                .allowPolyglotAccess(PolyglotAccess.ALL)
                .in(InputStream.nullInputStream())
                .out(output)
                .err(output)
                .build();
    }
}
