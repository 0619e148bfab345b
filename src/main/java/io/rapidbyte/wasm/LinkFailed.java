package io.rapidbyte.wasm;

/** A module and its world do not fit: an import or export is missing, or has another signature. */
public final class LinkFailed extends GuestException {
    private final String item;

    LinkFailed(String item, String message) {
        super(message, null);
        this.item = item;
    }

    /** The import or export that does not fit, as the module would spell it. */
    public String item() {
        return item;
    }
}
