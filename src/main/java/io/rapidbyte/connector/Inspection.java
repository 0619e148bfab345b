package io.rapidbyte.connector;

import io.rapidbyte.connector.ConnectorListing.Checksum;
import io.rapidbyte.model.ConnectorException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A place looked at: its manifest read, its module compared with it. What is wrong is kept as a
 * sentence, so that a list can show it; {@link #connector} refuses it (I29).
 *
 * @param wasm the module; empty unless everything is in order
 */
record Inspection(
        CatalogPlace place,
        Optional<ConnectorManifest> manifest,
        Checksum checksum,
        Optional<String> problem,
        Optional<byte[]> wasm) {

    static Inspection of(CatalogPlace place) {
        ConnectorManifest manifest;
        try {
            manifest = ManifestReader.read(place.manifest());
        } catch (ManifestException e) {
            return unfit(place, "its manifest is not valid: " + e.getMessage());
        } catch (NoSuchFileException | FileNotFoundException e) {
            return unfit(
                    place,
                    "there is no " + place.name()
                            + ".manifest.json beside the module, and without a manifest nothing is granted");
        } catch (IOException e) {
            return unfit(place, "its manifest cannot be read: " + e.getMessage());
        }
        try {
            return compare(place, manifest, place.module());
        } catch (IOException e) {
            return of(place, manifest, Checksum.UNKNOWN, "its module cannot be read: " + e.getMessage());
        }
    }

    Connector connector() throws ConnectorException {
        if (problem.isEmpty() && manifest.isPresent() && wasm.isPresent()) {
            return new Connector(manifest.get(), place.location(), wasm.get());
        }
        throw HostErrors.config(
                "connector.refused",
                "the connector \"" + place.name() + "\" (" + place.location() + ") is refused: "
                        + problem.orElse("it was not inspected"));
    }

    ConnectorListing listing() {
        return new ConnectorListing(
                place.name(), place.location(), place instanceof CatalogPlace.Resource, manifest, checksum, problem);
    }

    private static Inspection compare(CatalogPlace place, ConnectorManifest manifest, byte[] wasm) {
        String wanted = manifest.artifact().sha256();
        String found = sha256(wasm);
        if (!found.equals(wanted)) {
            return of(
                    place,
                    manifest,
                    Checksum.MISMATCH,
                    "the module's sha256 is " + found + ", its manifest says " + wanted
                            + "; one of them was replaced without the other");
        }
        if (!manifest.artifact().entryPoint().equals(place.moduleFile())) {
            return of(
                    place,
                    manifest,
                    Checksum.VERIFIED,
                    "its manifest is about " + manifest.artifact().entryPoint() + ", not " + place.moduleFile());
        }
        if (!Protocol.serves(manifest.protocolVersion())) {
            return of(
                    place,
                    manifest,
                    Checksum.VERIFIED,
                    "it speaks version " + manifest.protocolVersion() + " of the connector protocol, this host serves "
                            + Protocol.VERSION + " and what 2.x came before it");
        }
        return new Inspection(place, Optional.of(manifest), Checksum.VERIFIED, Optional.empty(), Optional.of(wasm));
    }

    private static Inspection unfit(CatalogPlace place, String problem) {
        return new Inspection(place, Optional.empty(), Checksum.UNKNOWN, Optional.of(problem), Optional.empty());
    }

    private static Inspection of(CatalogPlace place, ConnectorManifest manifest, Checksum checksum, String problem) {
        return new Inspection(place, Optional.of(manifest), checksum, Optional.of(problem), Optional.empty());
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
