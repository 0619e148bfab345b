package io.rapidbyte.server;

import io.rapidbyte.connector.net.Pem;
import io.rapidbyte.model.FailureException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Optional;

/** The certificate that the server shows. It is looked at before anything listens: a key of another one would fail each handshake. */
final class TlsFiles {
    private static final byte[] SAMPLE = "whose key is this?".getBytes(StandardCharsets.US_ASCII);

    private TlsFiles() {}

    /**
     * Reads both files once: what was looked at is what is used. Blocks on files.
     *
     * @throws FailureException of kind {@code USAGE} where they cannot be read, hold something else, or do not belong together
     */
    static PemKeyCertOptions load(ServerOptions.Tls tls) {
        String certificates = read(tls.certificate(), "--tls-cert");
        String key = read(tls.key(), "--tls-key");
        PublicKey shown;
        try {
            shown = Pem.certificates(certificates).getFirst().getPublicKey();
        } catch (GeneralSecurityException e) {
            throw refused("--tls-cert " + tls.certificate() + " holds no certificate: " + e.getMessage(), e);
        }
        PrivateKey own;
        try {
            own = Pem.privateKey(key);
        } catch (GeneralSecurityException e) {
            throw refused("--tls-key " + tls.key() + " holds no key that can be used: " + e.getMessage(), e);
        }
        if (!belongTogether(own, shown)) {
            throw refused(
                    "the key in " + tls.key() + " is not that of the certificate in " + tls.certificate()
                            + ": name files that were made together, the server's own certificate first in its chain",
                    Optional.empty());
        }
        return new PemKeyCertOptions().addCertValue(Buffer.buffer(certificates)).addKeyValue(Buffer.buffer(key));
    }

    private static String read(Path file, String option) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw refused(option + " " + file + " cannot be read: " + e, e);
        }
    }

    private static boolean belongTogether(PrivateKey own, PublicKey shown) {
        try {
            Signature signature = Signature.getInstance(
                    switch (own.getAlgorithm()) {
                        case "RSA" -> "SHA256withRSA";
                        case "EC" -> "SHA256withECDSA";
                        default -> own.getAlgorithm();
                    });
            signature.initSign(own);
            signature.update(SAMPLE);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update(SAMPLE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            // Such as an RSA key beside a certificate of another kind.
            return false;
        }
    }

    private static FailureException refused(String message, Exception cause) {
        return refused(message, Optional.of(cause));
    }

    private static FailureException refused(String message, Optional<Throwable> cause) {
        return Server.refused("serve.tls", message, cause);
    }
}
