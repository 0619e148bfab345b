package io.rapidbyte.connector;

import io.rapidbyte.connector.StageTimings.Phase;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.wasm.abi.WitVariant;

/** {@code checkpoint} and {@code is-cancelled}: how a guest and its run keep step. */
final class CheckpointImports {
    /** A frontier is a position, not a store of data. */
    static final int MAX_PAYLOAD_BYTES = 1 << 20;

    private final Session session;

    CheckpointImports(Session session) {
        this.session = session;
    }

    void addTo(Imports imports) {
        imports.add("checkpoint", this::checkpoint);
        imports.addSafe("is-cancelled", _ -> session.port.cancelled());
    }

    private Object checkpoint(Object[] args) throws ConnectorException {
        WitVariant kind = (WitVariant) args[0];
        String payload = (String) args[1];
        if (session.stream.isEmpty()) {
            throw HostErrors.protocol("checkpoint", "only while a stream is being run");
        }
        if (Text.utf8Length(payload) > MAX_PAYLOAD_BYTES) {
            throw HostErrors.protocol("checkpoint", "a payload has at most " + MAX_PAYLOAD_BYTES + " bytes");
        }
        long start = System.nanoTime();
        try {
            return checkpoint(kind, payload);
        } finally {
            // A source's barrier waits for credit like its batches.
            session.timings.addSince(session.role == ConnectorRole.SOURCE ? Phase.EMIT : Phase.CHECKPOINT, start);
        }
    }

    private Object checkpoint(WitVariant kind, String payload) throws ConnectorException {
        return switch (kind.caseName()) {
            case "prepare" -> {
                require(ConnectorRole.DESTINATION, "prepare");
                session.port.prepareBarrier((Long) kind.payload());
                yield kind.payload();
            }
            case "committed" -> {
                require(ConnectorRole.DESTINATION, "committed");
                session.port.confirmBarrier((Long) kind.payload(), payload);
                yield kind.payload();
            }
            default -> {
                require(ConnectorRole.SOURCE, "barrier");
                yield session.port.placeBarrier(payload);
            }
        };
    }

    private void require(ConnectorRole role, String kind) throws ConnectorException {
        if (session.role != role) {
            throw HostErrors.protocol("checkpoint", "\"" + kind + "\" is not for a connector of this role");
        }
    }
}
