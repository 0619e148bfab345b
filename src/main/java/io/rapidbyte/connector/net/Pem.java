package io.rapidbyte.connector.net;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in the textual form of RFC 7468. Messages never quote a key (I31). */
public final class Pem {
    /** A chain or a bundle of authorities; the whole public web's takes a quarter of it. */
    private static final int MAX_CHARS = 1 << 20;

    private static final List<String> KEY_KINDS = List.of("RSA", "EC", "EdDSA");

    private Pem() {}

    /** The certificates of a text, at least one. */
    public static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        for (byte[] der : blocks(pem, "CERTIFICATE")) {
            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(der)));
        }
        if (certificates.isEmpty()) {
            throw new CertificateException("there is no CERTIFICATE block in the PEM text");
        }
        return certificates;
    }

    /** The one key of a text, which is not encrypted. */
    public static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        List<byte[]> keys = blocks(pem, "PRIVATE KEY");
        if (keys.size() != 1) {
            throw new InvalidKeySpecException("the key must be one unencrypted PKCS #8 block (BEGIN PRIVATE KEY); "
                    + "openssl pkcs8 -topk8 -nocrypt converts other forms");
        }
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(keys.getFirst());
        for (String kind : KEY_KINDS) {
            try {
                return KeyFactory.getInstance(kind).generatePrivate(encoded);
            } catch (InvalidKeySpecException e) {
                // Of another kind: the next factory may know it, and the end of the loop says if none does.
            }
        }
        throw new InvalidKeySpecException("the key is none of " + String.join(", ", KEY_KINDS));
    }

    static KeyStore emptyKeyStore() throws GeneralSecurityException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (IOException e) {
            throw new GeneralSecurityException("an empty key store needs no reading", e);
        }
    }

    private static List<byte[]> blocks(String pem, String label) throws GeneralSecurityException {
        if (pem.length() > MAX_CHARS) {
            throw new CertificateException("the PEM text is longer than " + MAX_CHARS + " characters");
        }
        Pattern block = Pattern.compile("-----BEGIN " + label + "-----([^-]*)-----END " + label + "-----");
        List<byte[]> blocks = new ArrayList<>();
        Matcher matcher = block.matcher(pem);
        while (matcher.find()) {
            try {
                blocks.add(
                        Base64.getMimeDecoder().decode(matcher.group(1).strip().getBytes(StandardCharsets.US_ASCII)));
            } catch (IllegalArgumentException e) {
                throw new CertificateException("a " + label + " block of the PEM text is not base64", e);
            }
        }
        return blocks;
    }
}
