package io.rapidbyte.wasm;

/**
 * One frame of a guest's stack.
 *
 * @param function as the module's name section has it, perhaps mangled
 * @param location {@code file:line} where the module carries DWARF; else empty
 */
public record GuestFrame(String function, String location) {
    @Override
    public String toString() {
        return location.isEmpty() ? function : function + " (" + location + ")";
    }
}
