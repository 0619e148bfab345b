package io.rapidbyte.connector.net;

import java.time.Duration;
import java.util.Optional;

/**
 * What all sockets of one instance share.
 *
 * @param connectTimeout the longest that finding and reaching a host, or a TLS handshake, may take
 * @param idleTimeout the longest that a read or a write may wait for the peer; empty for no limit
 * @param maxSockets open at once
 * @param maxBytes sent and received in all, before encryption
 */
public record SocketOptions(Duration connectTimeout, Optional<Duration> idleTimeout, int maxSockets, long maxBytes) {
    /** Without a limit for waiting and for bytes. */
    public SocketOptions(Duration connectTimeout, int maxSockets) {
        this(connectTimeout, Optional.empty(), maxSockets, Long.MAX_VALUE);
    }
}
