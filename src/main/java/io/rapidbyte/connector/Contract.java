package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.wasm.GuestWorld;
import io.rapidbyte.wasm.abi.WitDocument;
import io.rapidbyte.wasm.abi.WitType;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** {@code wit/rapidbyte-connector.wit}, read once for the process. */
final class Contract {
    private static final String PACKAGE = "rapidbyte:connector";
    private static final String RESOURCE = "/io/rapidbyte/wit/rapidbyte-connector.wit";

    private static final WitDocument DOCUMENT = WitDocument.parse(text());
    private static final GuestWorld SOURCE = GuestWorld.of(DOCUMENT, "rapidbyte-source");
    private static final GuestWorld TRANSFORM = GuestWorld.of(DOCUMENT, "rapidbyte-transform");
    private static final GuestWorld DESTINATION = GuestWorld.of(DOCUMENT, "rapidbyte-destination");

    private Contract() {}

    static WitDocument document() {
        return DOCUMENT;
    }

    /** The version of the contract's package, such as {@code 2.0.0}. */
    static String version() {
        return DOCUMENT.version();
    }

    /** Whether an interface by its full name, such as {@code rapidbyte:connector/host@2.0.0}, is of the contract. */
    static boolean isOurs(String name) {
        return name.startsWith(PACKAGE + "/");
    }

    static GuestWorld world(ConnectorRole role) {
        return switch (role) {
            case SOURCE -> SOURCE;
            case TRANSFORM -> TRANSFORM;
            case DESTINATION -> DESTINATION;
        };
    }

    /** The interface that a module of this role exports. */
    static String exported(ConnectorRole role) {
        return switch (role) {
            case SOURCE -> "source-connector";
            case TRANSFORM -> "transform-connector";
            case DESTINATION -> "dest-connector";
        };
    }

    static WitType.RecordOf type(String name) {
        return DOCUMENT.recordType("types", name);
    }

    private static String text() {
        try (InputStream in = Contract.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new FileNotFoundException("the class path lacks " + RESOURCE);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the connector contract cannot be read", e);
        }
    }
}
