package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.ReadSummary;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.TransformSummary;
import io.rapidbyte.model.WriteSummary;
import java.util.List;

/**
 * The life of one sandboxed connector: {@link #open} once, then any of {@link #validate},
 * {@link #discover} and one run, then {@link #close}.
 *
 * <p>Belongs to the thread that made it; only {@link #cancel} and {@link #timings} may be called from
 * others. Every failure is a {@link ConnectorException}: the connector's own error as it is, a trap
 * as {@code INTERNAL} with the guest's stack in the details, a cancelled call as {@code CANCELLED}.
 * After a trap or a cancel the instance is of no more use but to be closed.
 */
public final class ConnectorInstance implements AutoCloseable {
    private ConnectorInstance() {}

    /** Hands over the settings. Hosts named in them are allowed from here on where the manifest says so. */
    public void open(ObjectNode config) throws ConnectorException {
        throw new UnsupportedOperationException(config.toString());
    }

    public List<Finding> validate(List<StreamContext> streams) throws ConnectorException {
        throw new UnsupportedOperationException(streams.toString());
    }

    /** Sources only. */
    public List<DiscoveredStream> discover() throws ConnectorException {
        throw new UnsupportedOperationException();
    }

    /** Sources only; returns when the stream has been read to its end. */
    public ReadSummary runRead(StreamContext stream) throws ConnectorException {
        throw new UnsupportedOperationException(stream.toString());
    }

    /** Destinations only; returns when all of the stream is durable. */
    public WriteSummary runWrite(StreamContext stream) throws ConnectorException {
        throw new UnsupportedOperationException(stream.toString());
    }

    /** Transforms only. */
    public TransformSummary runTransform(StreamContext stream) throws ConnectorException {
        throw new UnsupportedOperationException(stream.toString());
    }

    /**
     * Ends whatever the guest does, now and for good: its sockets are closed, its code is stopped.
     * From any thread; returns at once. Calling it again does nothing.
     */
    public void cancel() {
        throw new UnsupportedOperationException();
    }

    public StageTimings timings() {
        throw new UnsupportedOperationException();
    }

    /**
     * Lets the guest close, then frees sockets and memory in any case. Calling it again does nothing.
     *
     * @throws ConnectorException what the guest's own {@code close} said; everything is freed all the same
     */
    @Override
    public void close() throws ConnectorException {
        throw new UnsupportedOperationException();
    }
}
