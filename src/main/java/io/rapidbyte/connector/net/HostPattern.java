package io.rapidbyte.connector.net;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Pattern;

/** A host name, an address or {@code *.suffix}, as manifests list them. */
public record HostPattern(String text) {
    /** The most characters of a domain name in text form. */
    static final int MAX_HOST_CHARS = 253;

    /** Names of letters, digits, hyphens and underscores, and numeric addresses of both families. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?|[0-9A-Fa-f:.]+");

    /** What may be an address of digits: with a colon, or of digits and dots alone. */
    private static final Pattern NUMERIC = Pattern.compile("[0-9.]+|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*");

    public HostPattern {
        text = normal(text);
    }

    public static boolean isWellFormed(String text) {
        return isHost(text.startsWith("*.") ? text.substring(2) : text);
    }

    static boolean isHost(String text) {
        return text.length() <= MAX_HOST_CHARS && HOST.matcher(text).matches();
    }

    /** {@code host} is in its normal form; {@code *.suffix} matches names below the suffix, not the suffix itself. */
    boolean matches(String host) {
        return text.startsWith("*.") ? host.endsWith(text.substring(1)) : host.equals(text);
    }

    /**
     * Lower case, without brackets around an IPv6 address and without the root's dot; a numeric address
     * in the one form that {@link InetAddress#getHostAddress} gives it, so that spellings compare equal.
     */
    static String normal(String host) {
        String bare = host;
        if (bare.startsWith("[") && bare.endsWith("]")) {
            bare = bare.substring(1, bare.length() - 1);
        }
        if (bare.length() > 1 && bare.endsWith(".")) {
            bare = bare.substring(0, bare.length() - 1);
        }
        return NUMERIC.matcher(bare).matches() ? numeric(bare) : bare.toLowerCase(Locale.ROOT);
    }

    private static String numeric(String address) {
        try {
            return InetAddress.ofLiteral(address).getHostAddress();
        } catch (IllegalArgumentException e) {
            return address.toLowerCase(Locale.ROOT);
        }
    }
}
