package io.rapidbyte.connector.net;

import io.rapidbyte.model.ConnectorException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Optional;

/** One connection, plain or encrypted. Bytes go between the kernel and guest memory without a stop where they are plain. */
final class GuestSocket {
    /** What may be said in plain where TLS is required: the few bytes that ask a peer for it. */
    static final int PLAIN_PREAMBLE_BYTES = 64;

    /** And what may be heard: the answer, be it a sentence that says why not. */
    static final int PLAIN_ANSWER_BYTES = 4096;

    private final SocketChannel channel;
    private final String peer;
    private final NetworkPolicy.TlsRule rule;
    private Optional<TlsSession> tls = Optional.empty();
    private long plainSaid;
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
        requirePreamble(plainHeard, PLAIN_ANSWER_BYTES, "socket-read");
    }

    /** Blocks until all of {@code source} is with the kernel. */
    void write(ByteBuffer source) throws ConnectorException {
        try {
            if (tls.isPresent()) {
                tls.get().write(source);
                return;
            }
            plainSaid += source.remaining();
            requirePreamble(plainSaid, PLAIN_PREAMBLE_BYTES, "socket-write");
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

    private void requirePreamble(long bytes, int limit, String operation) throws ConnectorException {
        if (rule == NetworkPolicy.TlsRule.REQUIRED && bytes > limit) {
            throw NetErrors.denied(
                    "net.tls-required",
                    operation + ": the connector's manifest requires TLS, and this connection to " + peer
                            + " goes on without it; switch TLS on in the connector's config");
        }
    }
}
