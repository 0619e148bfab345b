package io.rapidbyte.connector;

import io.rapidbyte.connector.net.GuestSockets;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.StreamContext;
import java.util.Optional;

/** What one instance's imports share. The guest thread's own. */
final class Session {
    final ConnectorRole role;
    final String connectorId;
    final GuestPort port;
    final GuestSockets sockets;
    final ConnectorState state;
    final StageTimings timings = new StageTimings();

    /** Takes the settings' secrets out of what the guest says. */
    Redaction redaction = Redaction.NONE;

    /** The stream being run; empty outside of runs. */
    Optional<StreamContext> stream = Optional.empty();

    Session(ConnectorRole role, String connectorId, GuestPort port, GuestSockets sockets, ConnectorState state) {
        this.role = role;
        this.connectorId = connectorId;
        this.port = port;
        this.sockets = sockets;
        this.state = state;
    }
}
