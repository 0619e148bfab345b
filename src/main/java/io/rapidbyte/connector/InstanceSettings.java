package io.rapidbyte.connector;

import java.time.Duration;

/**
 * What an instance is given besides its manifest's grants.
 *
 * @param connectTimeout the longest a TCP connect or a TLS handshake may take, where the grants do not set less
 * @param endless whether its run has no end of its own, so that limits of a call's whole time do not hold
 */
public record InstanceSettings(Duration connectTimeout, boolean endless) {
    /** Ten seconds: past three SYN retransmissions, well before a person gives up. */
    public static final Duration DEFAULT_CONNECT_TIMEOUT = Duration.ofSeconds(10);

    public static final InstanceSettings DEFAULT = new InstanceSettings(DEFAULT_CONNECT_TIMEOUT, false);

    /** For a stream that is followed. */
    public static final InstanceSettings ENDLESS = new InstanceSettings(DEFAULT_CONNECT_TIMEOUT, true);

    public InstanceSettings {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connectTimeout must be positive, not " + connectTimeout);
        }
    }
}
