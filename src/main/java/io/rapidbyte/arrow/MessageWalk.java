package io.rapidbyte.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.jspecify.annotations.Nullable;

/**
 * Steps through the encapsulated messages of one IPC stream.
 *
 * <p>Format: {@code FF FF FF FF}, the metadata's length, the metadata (a FlatBuffer {@code Message}), the
 * body; all of it in multiples of eight bytes. A length of 0 ends the stream. See "Encapsulated message
 * format" in the Arrow columnar specification; the slots are those of its {@code Message.fbs}.
 */
final class MessageWalk {
    private static final int CONTINUATION = -1;
    private static final int PREFIX_BYTES = 8;
    private static final int ALIGNMENT = 8;

    private static final int VERSION = 0;
    private static final int HEADER_TYPE = 1;
    private static final int HEADER = 2;
    private static final int BODY_LENGTH = 3;

    private final ByteBuffer bytes;
    private int next;

    private byte headerType;
    private int messageStart;
    private long bodyLength;
    private @Nullable FlatTable message;

    MessageWalk(ByteBuffer frame) {
        this.bytes = frame.slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Moves to the next message; false at the end of the stream, which must be the end of the frame too. */
    boolean advance() throws MalformedFrameException {
        int left = bytes.limit() - next;
        if (left == 0) {
            return false;
        }
        messageStart = next;
        if (left < PREFIX_BYTES) {
            throw new MalformedFrameException("a message cut off in its prefix", next);
        }
        if (bytes.getInt(next) != CONTINUATION) {
            throw new MalformedFrameException("no message where one must begin", next);
        }
        int metadataLength = bytes.getInt(next + 4);
        if (metadataLength == 0) {
            if (left > PREFIX_BYTES) {
                throw new MalformedFrameException("bytes behind the end of the stream", next + PREFIX_BYTES);
            }
            next += PREFIX_BYTES;
            return false;
        }
        if (metadataLength < 0 || metadataLength > left - PREFIX_BYTES) {
            throw new MalformedFrameException(
                    "metadata of " + Integer.toUnsignedString(metadataLength) + " bytes in a frame that has "
                            + (left - PREFIX_BYTES) + " left",
                    next + 4);
        }
        requireAligned(metadataLength, "metadata", next + 4);
        read(next + PREFIX_BYTES, next + PREFIX_BYTES + metadataLength);
        return true;
    }

    private void read(int metadata, int metadataEnd) throws MalformedFrameException {
        FlatTable table = FlatTable.root(bytes, metadata, metadataEnd);
        short version = table.getShort(VERSION, MetadataVersion.V1);
        if (version != MetadataVersion.V5 && version != MetadataVersion.V4) {
            throw new MalformedFrameException("metadata version " + (version + 1) + " (4 and 5 are read)", metadata);
        }
        headerType = table.getByte(HEADER_TYPE, MessageHeader.NONE);
        bodyLength = table.getLong(BODY_LENGTH, 0);
        int left = bytes.limit() - metadataEnd;
        if (bodyLength < 0 || bodyLength > left) {
            throw new MalformedFrameException(
                    "a body of " + Long.toUnsignedString(bodyLength) + " bytes in a frame that has " + left + " left",
                    metadata);
        }
        requireAligned(bodyLength, "a body", metadata);
        message = table;
        next = metadataEnd + (int) bodyLength;
    }

    private static void requireAligned(long length, String what, int seenAt) throws MalformedFrameException {
        if (length % ALIGNMENT != 0) {
            throw new MalformedFrameException(what + " of " + length + " bytes, which is no multiple of 8", seenAt);
        }
    }

    /** One of {@link MessageHeader}'s constants. */
    byte headerType() {
        return headerType;
    }

    long bodyLength() {
        return bodyLength;
    }

    /** First byte of the current message's body. */
    int bodyStart() {
        return next - (int) bodyLength;
    }

    /** First byte of the current message. */
    int messageStart() {
        return messageStart;
    }

    /** The schema, record batch or whatever the current message carries. */
    FlatTable header() throws MalformedFrameException {
        FlatTable current = message;
        if (current == null) {
            throw new IllegalStateException("no message yet: advance() first");
        }
        return current.getTable(HEADER, "the message's header");
    }

    /** The frame's bytes, little-endian, position 0 at the frame's first. */
    ByteBuffer bytes() {
        return bytes;
    }
}
