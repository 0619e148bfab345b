package io.rapidbyte.connector;

import java.nio.ByteBuffer;

/** The bytes of one inbound batch, perhaps still compressed. Used once, on the guest thread. */
public interface BatchBody {
    /** Size in bytes when written out. */
    int size();

    /** Writes exactly {@link #size()} bytes at the position of {@code target}, which is guest memory. */
    void writeTo(ByteBuffer target) throws io.rapidbyte.model.ConnectorException;

    /** Gives the bytes back to their owner; {@link #writeTo} must not be called after it. */
    void release();
}
