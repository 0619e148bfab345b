package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import java.util.List;

/** A connector found, checked against its manifest, and ready to be instantiated. Safe on any thread. */
public final class Connector {
    private final ConnectorManifest manifest;

    Connector(ConnectorManifest manifest) {
        this.manifest = manifest;
    }

    public ConnectorManifest manifest() {
        return manifest;
    }

    /** All that is wrong with {@code config} by the manifest's schema; empty if nothing. Starts no guest. */
    public List<ConfigIssue> checkConfig(ObjectNode config) {
        throw new UnsupportedOperationException(config.toString());
    }

    /**
     * Makes an instance. Call it, and everything of the instance but {@code cancel} and
     * {@code timings}, on one thread with a stack of at least {@link #GUEST_STACK_BYTES}.
     *
     * @param state kept by the caller beyond the instance's life
     * @throws ConnectorException if the module cannot be loaded; nothing is left open then
     */
    public ConnectorInstance instantiate(
            ConnectorRole role, InstanceSettings settings, GuestPort port, ConnectorState state)
            throws ConnectorException {
        throw new UnsupportedOperationException(role.toString() + settings + port + state.hashCode());
    }

    /** Cold guest frames are large: 1 MiB overflows after some 300 of them. */
    public static final long GUEST_STACK_BYTES = 64L << 20;
}
