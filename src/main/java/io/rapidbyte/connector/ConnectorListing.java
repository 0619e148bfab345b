package io.rapidbyte.connector;

import java.util.Optional;

/**
 * A connector as a catalogue lists it.
 *
 * @param name short name, as a pipeline may write it
 * @param location the module's file or class path resource
 * @param bundled whether it came with Rapidbyte itself
 * @param manifest empty where it cannot be read
 * @param problem why it cannot be used
 */
public record ConnectorListing(
        String name,
        String location,
        boolean bundled,
        Optional<ConnectorManifest> manifest,
        Checksum checksum,
        Optional<String> problem) {

    /** How the module compares to the sum in its manifest. */
    public enum Checksum {
        VERIFIED,
        MISMATCH,
        /** There was nothing to compare. */
        UNKNOWN
    }
}
