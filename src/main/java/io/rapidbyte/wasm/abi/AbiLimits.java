package io.rapidbyte.wasm.abi;

/**
 * How much a guest may hand over in one call. A small guest can describe a huge value by pointing at
 * the same bytes again and again, so the sum is limited as well as its parts (I30). A
 * {@code list<u8>} that is viewed in place costs nothing and is limited by the guest's memory alone.
 *
 * @param stringBytes the longest string, in bytes of UTF-8
 * @param listElements the longest list, in elements
 * @param totalBytes what one call may make the host allocate, roughly, in bytes
 */
public record AbiLimits(int stringBytes, int listElements, long totalBytes) {
    /**
     * Strings of 16 MiB, lists of 1,048,576 elements, 256 MiB a call: above what any row, schema or
     * catalogue of thousands of tables needs, and below what would hurt the host.
     */
    public static final AbiLimits DEFAULT = new AbiLimits(16 << 20, 1 << 20, 256L << 20);

    public AbiLimits {
        if (stringBytes < 0 || listElements < 0 || totalBytes < 0) {
            throw new IllegalArgumentException("limits must not be negative");
        }
    }
}
