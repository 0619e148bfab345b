package io.rapidbyte.connector.net;

import io.rapidbyte.model.ConnectorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;

/** One connection, plain or encrypted. Bytes go between the kernel and guest memory without a stop where they are plain. */
final class GuestSocket {
    /**
     * What may be said in plain where TLS is required: PostgreSQL's SSLRequest, to the byte. Any freedom here
     * would let a guest send what it likes, a few bytes a connection. A protocol that asks in other words needs them here.
     */
    private static final ByteBuffer TLS_ASKED =
            ByteBuffer.wrap(HexFormat.of().parseHex("0000000804d2162f")).asReadOnlyBuffer();

    /** And what may be heard: the answer, be it a sentence that says why not. */
    static final int PLAIN_ANSWER_BYTES = 4096;

    private final SocketChannel channel;
    private final String peer;
    private final NetworkPolicy.TlsRule rule;
    private Optional<TlsSession> tls = Optional.empty();
    private int plainSaid;
    private long plainHeard;

    GuestSocket(SocketChannel channel, String peer, NetworkPolicy.TlsRule rule) {
        this.channel = channel;
        this.peer = peer;
        this.rule = rule;
    }

    /** Blocks until there is something; nothing is put at the end of the stream. */
    void read(ByteBuffer target) throws ConnectorException {
        try {
            if (tls.isPresent()) {
                tls.get().read(target);
                return;
            }
            plainHeard += Math.max(0, channel.read(target));
        } catch (IOException e) {
            throw NetErrors.broken("reading from", peer, e);
        }
        if (rule == NetworkPolicy.TlsRule.REQUIRED && plainHeard > PLAIN_ANSWER_BYTES) {
            throw tlsRequired("socket-read");
        }
    }

    /** Blocks until all of {@code source} is with the kernel. */
    void write(ByteBuffer source) throws ConnectorException {
        try {
            if (tls.isPresent()) {
                tls.get().write(source);
                return;
            }
            if (rule == NetworkPolicy.TlsRule.REQUIRED) {
                requireAsking(source);
            }
            while (source.hasRemaining()) {
                channel.write(source);
            }
        } catch (IOException e) {
            throw NetErrors.broken("writing to", peer, e);
        }
    }

    void startTls(TlsRequest request, Duration timeout) throws ConnectorException {
        if (rule == NetworkPolicy.TlsRule.FORBIDDEN) {
            throw NetErrors.denied(
                    "net.tls-forbidden",
                    "socket-start-tls: the connector's manifest forbids TLS; switch it off in the connector's config");
        }
        if (tls.isPresent()) {
            throw NetErrors.protocol("net.tls-twice", "socket-start-tls: the socket to " + peer + " has TLS already");
        }
        tls = Optional.of(TlsSession.start(channel, peer, request, timeout));
    }

    /** On the guest thread; says goodbye where that takes no waiting. */
    void close() {
        tls.ifPresent(TlsSession::sayGoodbye);
        GuestSockets.closeQuietly(channel);
    }

    /** In however many pieces, but in these bytes and once. */
    private void requireAsking(ByteBuffer source) throws ConnectorException {
        int bytes = source.remaining();
        boolean asks = plainSaid + bytes <= TLS_ASKED.capacity()
                && TLS_ASKED.slice(plainSaid, bytes).equals(source);
        if (!asks) {
            throw tlsRequired("socket-write");
        }
        plainSaid += bytes;
    }

    private ConnectorException tlsRequired(String operation) {
        return NetErrors.denied(
                "net.tls-required",
                operation + ": TLS is required, by the connector's manifest or the pipeline, and this connection to "
                        + peer + " goes on without it; switch TLS on in the connector's config");
    }

    SocketChannel channel() {
        return channel;
    }

    String peer() {
        return peer;
    }
}
