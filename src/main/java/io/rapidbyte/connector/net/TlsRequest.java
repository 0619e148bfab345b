package io.rapidbyte.connector.net;

import java.util.Optional;

/** What a guest asks for when it wants a socket encrypted; as {@code tls-options} in the contract. */
public record TlsRequest(
        String serverName,
        Verify verify,
        Optional<String> caPem,
        Optional<String> clientCertificatePem,
        Optional<String> clientKeyPem) {
    public enum Verify {
        /** Encrypt, but trust any certificate. */
        NONE,
        /** The certificate must chain to a trusted authority. */
        CA,
        /** And it must name the server. */
        FULL
    }
}
