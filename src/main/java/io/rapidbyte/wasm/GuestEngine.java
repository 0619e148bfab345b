package io.rapidbyte.wasm;

/** Runs WebAssembly. One for the whole process, so that compiled code is shared by all instances. */
public final class GuestEngine {
    private GuestEngine() {}

    public static GuestEngine shared() {
        throw new UnsupportedOperationException();
    }

    /** What runs the guests, for a person: the implementation's own name. */
    public String implementation() {
        throw new UnsupportedOperationException();
    }

    /** Whether hot guest code is compiled; if not, guests run fifty times slower and more. */
    public boolean optimising() {
        throw new UnsupportedOperationException();
    }

    /**
     * Reads a core module; its code is shared by all that is instantiated from it.
     *
     * @param name for messages and stack traces
     * @throws ModuleRefused if the bytes are not a core module that this host can run
     */
    public GuestModule load(String name, byte[] wasm) {
        throw new UnsupportedOperationException();
    }

    /** How many instances are open; for leak checks. */
    public int liveInstances() {
        throw new UnsupportedOperationException();
    }
}
