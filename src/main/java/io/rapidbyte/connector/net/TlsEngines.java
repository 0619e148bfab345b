package io.rapidbyte.connector.net;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/** Makes a TLS engine do what a guest asked for. */
final class TlsEngines {
    /** A server is never called by an address in SNI (RFC 6066). */
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|.*:.*");

    /** Guards key stores that never leave memory. */
    private static final char[] NO_PASSWORD = {};

    private TlsEngines() {}

    static SSLEngine client(TlsRequest request) throws GeneralSecurityException {
        String serverName = HostPattern.normal(request.serverName());
        if (!HostPattern.isHost(serverName)) {
            throw new GeneralSecurityException("\"" + Printable.of(serverName) + "\" is no server name");
        }
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keyManagers(request), trustManagers(request), null);
        SSLEngine engine = context.createSSLEngine(serverName, -1);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        if (request.verify() == TlsRequest.Verify.FULL) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
        }
        if (!ADDRESS.matcher(serverName).matches() && serverName.indexOf('_') < 0) {
            parameters.setServerNames(List.of(new SNIHostName(serverName)));
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** Null stands for the platform's own authorities. */
    @SuppressWarnings("NullAway") // SSLContext.init takes null for "the default"
    private static TrustManager[] trustManagers(TlsRequest request) throws GeneralSecurityException {
        if (request.verify() == TlsRequest.Verify.NONE) {
            return new TrustManager[] {new TrustAnyone()};
        }
        if (request.caPem().isEmpty()) {
            return null;
        }
        KeyStore authorities = Pem.emptyKeyStore();
        int number = 0;
        for (X509Certificate certificate : Pem.certificates(request.caPem().get())) {
            authorities.setCertificateEntry("ca-" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        return factory.getTrustManagers();
    }

    private static KeyManager[] keyManagers(TlsRequest request) throws GeneralSecurityException {
        if (request.clientCertificatePem().isPresent() != request.clientKeyPem().isPresent()) {
            throw new GeneralSecurityException("a client certificate and its key must be given together");
        }
        if (request.clientKeyPem().isEmpty()) {
            return new KeyManager[0];
        }
        PrivateKey key = Pem.privateKey(request.clientKeyPem().get());
        Certificate[] chain =
                Pem.certificates(request.clientCertificatePem().get()).toArray(new Certificate[0]);
        KeyStore own = Pem.emptyKeyStore();
        own.setKeyEntry("client", key, NO_PASSWORD, chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(own, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    /** For {@code verify: none}: the user asked to encrypt without asking who is at the other end. */
    private static final class TrustAnyone extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
