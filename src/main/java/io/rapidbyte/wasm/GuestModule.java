package io.rapidbyte.wasm;

import java.util.List;
import java.util.Map;

/** A loaded module. Instantiate it as often as needed: its compiled code is shared. */
public final class GuestModule {
    /** An import or export; {@code type} is the core signature of a function, such as {@code (i32, i32) -> i32}, or a kind. */
    public record Item(String module, String name, String type) {}

    private GuestModule() {}

    public String name() {
        throw new UnsupportedOperationException();
    }

    public List<Item> imports() {
        throw new UnsupportedOperationException();
    }

    /** {@link Item#module} is empty here. */
    public List<Item> exports() {
        throw new UnsupportedOperationException();
    }

    /**
     * Links, instantiates, and calls {@code _initialize} if there is one. The instance belongs to the
     * calling thread.
     *
     * @param host by {@code interface#function}, or {@code function} for the world's own; may hold more
     *     than the module imports
     * @throws LinkFailed if module, world and host functions do not fit
     * @throws GuestOutOfMemory if the module starts with more memory than the options allow
     * @throws IllegalStateException if the caller is no {@link GuestThread}
     */
    public <X extends Exception> GuestInstance<X> instantiate(
            GuestWorld world, Map<String, ? extends HostFunction<? extends X>> host, GuestOptions options) throws X {
        throw new UnsupportedOperationException();
    }
}
