package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.RejectedRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;

/**
 * What an instance is connected to: the stage it runs in. Called on the guest thread; may block, and
 * is interrupted when the run is cancelled.
 */
public interface GuestPort {
    /** Sends a batch downstream; {@code ipc} is guest memory and valid during the call only. */
    void emit(ByteBuffer ipc) throws ConnectorException;

    /** Tells the upstream that rows are taken in this form as well, for the rest of the attempt. */
    void acceptForm(String form) throws ConnectorException;

    /** Whether the downstream has said so. */
    boolean formAccepted(String form) throws ConnectorException;

    Inbound next() throws ConnectorException;

    /** Places a barrier behind what was emitted and gives its id. */
    long placeBarrier(String payload) throws ConnectorException;

    /**
     * The destination is about to make everything before barrier {@code id} durable. Returns when what
     * it rejected before it is safe (I20).
     */
    void prepareBarrier(long id) throws ConnectorException;

    /** The destination has made everything before barrier {@code id} durable. */
    void confirmBarrier(long id, String payload) throws ConnectorException;

    void reject(RejectedRecord rejected) throws ConnectorException;

    /** What rows are written to was altered for good, as {@code change} says. Returns when that is recorded. */
    void schemaChanged(String change) throws ConnectorException;

    /** Waits, less long if the read is to end in good order, and tells whether it is to. Sources only. */
    boolean pause(Duration most) throws ConnectorException;

    /** The committed cursors of the pipeline's streams of changes; none while one of them has none. Sources only. */
    List<CursorValue> durableCursors() throws ConnectorException;

    /** {@code level} as in the contract: error, warn, info, debug, trace. */
    void log(String level, String message);

    /** {@code kind} as in the contract: counter, gauge, histogram. */
    void metric(String name, String kind, double value);

    boolean cancelled();
}
