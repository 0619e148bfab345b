package io.rapidbyte.flow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorInstance;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.connector.InstanceSettings;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ReadSummary;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.TransformSummary;
import io.rapidbyte.model.WriteSummary;
import java.time.Duration;
import java.util.Map;

/** A connector instance at work on one stream. */
public final class ConnectorGuest implements StageGuest {
    private final ConnectorInstance instance;
    private final ConnectorRole role;
    private final ObjectNode config;
    private final StreamContext stream;

    private ConnectorGuest(ConnectorInstance instance, ConnectorRole role, ObjectNode config, StreamContext stream) {
        this.instance = instance;
        this.role = role;
        this.config = config;
        this.stream = stream;
    }

    /**
     * Makes instances of {@code connector} for one stage.
     *
     * @param state what the connector keeps; outlives the guest
     */
    public static Maker maker(
            Connector connector, ConnectorRole role, ObjectNode config, StreamContext stream, ConnectorState state) {
        InstanceSettings settings = stream.follows() ? InstanceSettings.ENDLESS : InstanceSettings.DEFAULT;
        return (port, trace) ->
                new ConnectorGuest(connector.instantiate(role, settings, port, state), role, config, stream);
    }

    @Override
    public Summary run() throws ConnectorException {
        instance.open(config);
        return switch (role) {
            case SOURCE -> {
                ReadSummary read = instance.runRead(stream);
                yield new Summary(0, read.rows(), 0, read.position().orElse(""));
            }
            case TRANSFORM -> {
                TransformSummary transformed = instance.runTransform(stream);
                yield new Summary(transformed.rowsIn(), transformed.rowsOut());
            }
            case DESTINATION -> {
                WriteSummary written = instance.runWrite(stream);
                yield new Summary(written.rows() + written.rejected(), 0, written.rejected(), "");
            }
        };
    }

    @Override
    public void cancel() {
        instance.cancel();
    }

    @Override
    public Map<String, Duration> timings() {
        return instance.timings().snapshot();
    }

    @Override
    public void close() throws ConnectorException {
        instance.close();
    }
}
