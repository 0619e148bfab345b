package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.ConnectorGuest;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.StreamContext;
import java.util.List;
import java.util.Optional;

/** A connector's instances, each in its sandbox. */
record GuestPart(String stage, ConnectorRole role, Connector connector, ObjectNode config) implements Part {
    @Override
    public String name() {
        return connector.manifest().shortName();
    }

    @Override
    public List<String> modes() {
        return Optional.ofNullable(connector.manifest().roles().get(role))
                .orElseThrow()
                .modes();
    }

    @Override
    public ObjectNode fingerprinted() {
        return connector.withoutSecrets(config);
    }

    @Override
    public void load() throws ConnectorException {
        connector.load();
    }

    @Override
    public StageGuest.Maker maker(StreamContext stream, ConnectorState state) {
        return ConnectorGuest.maker(connector, role, config, stream, state);
    }

    @Override
    public Crew.Inquiry inquiry(StreamContext stream, ConnectorState state) {
        return new ReceiptInquiry(this, stream, state);
    }
}
