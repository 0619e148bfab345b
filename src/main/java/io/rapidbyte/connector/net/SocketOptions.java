package io.rapidbyte.connector.net;

import java.time.Duration;

/**
 * What all sockets of one instance share.
 *
 * @param connectTimeout the longest that finding and reaching a host, or a TLS handshake, may take
 * @param maxSockets open at once
 */
public record SocketOptions(Duration connectTimeout, int maxSockets) {}
