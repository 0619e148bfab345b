package io.rapidbyte.wasm;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.io.ByteSequence;

/** A loaded module. Instantiate it as often as needed: its compiled code is shared. Any thread. */
public final class GuestModule {
    /** What a direct buffer can span: just below 2 GiB. */
    private static final int PAGES_MAX = Integer.MAX_VALUE / ModuleBinary.PAGE_BYTES;

    /** Compilers put one element per function whose address is taken; a million is beyond any module. */
    private static final int TABLE_ELEMENTS_MAX = 1 << 20;

    private final GuestEngine engine;
    private final String name;
    private final ModuleBinary binary;

    /** By memory limit, which is part of the code that the engine sees. */
    private final Map<Integer, Source> sources = new ConcurrentHashMap<>();

    /** An import or export; {@code type} is the core signature of a function, or a kind. */
    public record Item(String module, String name, String type) {}

    private GuestModule(GuestEngine engine, String name, ModuleBinary binary) {
        this.engine = engine;
        this.name = name;
        this.binary = binary;
    }

    static GuestModule load(GuestEngine engine, String name, byte[] wasm) {
        try {
            GuestModule module = new GuestModule(engine, name, ModuleBinary.read(wasm.clone()));
            module.validate();
            return module;
        } catch (ModuleRefused e) {
            throw new ModuleRefused("cannot load the module " + name + ": " + e.getMessage(), e.getCause());
        } catch (PolyglotException e) {
            throw new ModuleRefused("cannot load the module " + name + ": " + e.getMessage(), e);
        }
    }

    /** The engine keeps what it read, so that the first instance does not read it again. */
    private void validate() {
        long pages = Math.max(binary.initialPages(), pages(GuestOptions.DEFAULT_MEMORY_BYTES_MAX));
        if (pages > PAGES_MAX) {
            throw new ModuleRefused("it starts with " + pages + " pages of memory");
        }
        try (Context context = engine.newContext(OutputStream.nullOutputStream())) {
            context.parse(source((int) pages));
        }
    }

    public String name() {
        return name;
    }

    public List<Item> imports() {
        return binary.imports();
    }

    /** {@link Item#module} is empty here. */
    public List<Item> exports() {
        return binary.exports();
    }

    /**
     * Links and instantiates; runs nothing of the guest's yet. The instance belongs to the calling
     * thread.
     *
     * @param host by {@code interface#function}, or {@code function} for the world's own; may hold more
     *     than the module imports
     * @throws LinkFailed if module, world and host functions do not fit
     * @throws GuestOutOfMemory if the module starts with more memory than the options allow
     * @throws IllegalStateException if the caller is no {@link GuestThread}
     */
    public <X extends Exception> GuestInstance<X> instantiate(
            GuestWorld world, Map<String, ? extends HostFunction<? extends X>> host, GuestOptions options) {
        Linker linker = new Linker(world, binary.imports(), binary.exports());
        return GuestInstance.start(engine, source(pages(options.memoryBytesMax())), linker, host, options);
    }

    private Source source(int pages) {
        return sources.computeIfAbsent(pages, this::limitedSource);
    }

    private Source limitedSource(int pages) {
        ByteSequence limited = ByteSequence.create(binary.limited(pages, TABLE_ELEMENTS_MAX));
        try {
            return Source.newBuilder(GuestEngine.LANGUAGE, limited, name).build();
        } catch (IOException e) {
            throw new AssertionError("a source of bytes reads no file", e);
        }
    }

    private static int pages(long bytes) {
        return Math.clamp(bytes / ModuleBinary.PAGE_BYTES, 0, PAGES_MAX);
    }
}
