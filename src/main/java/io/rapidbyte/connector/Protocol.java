package io.rapidbyte.connector;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The version of the contract this host serves, and which others that includes. */
final class Protocol {
    /** The version of the package in {@code wit/rapidbyte-connector.wit}. */
    static final String VERSION = Contract.version();

    private static final Pattern FORM = Pattern.compile("(\\d{1,6})(?:\\.(\\d{1,6}))?(?:\\.(\\d{1,6}))?");

    private Protocol() {}

    static boolean isWellFormed(String version) {
        return FORM.matcher(version).matches();
    }

    /** By semver: the same major version, and nothing newer than the host's own. */
    static boolean serves(String version) {
        int[] wanted = numbers(version);
        int[] own = numbers(VERSION);
        return wanted[0] == own[0] && (wanted[1] < own[1] || (wanted[1] == own[1] && wanted[2] <= own[2]));
    }

    private static int[] numbers(String version) {
        Matcher parts = FORM.matcher(version);
        if (!parts.matches()) {
            throw new IllegalArgumentException("not a protocol version: " + version);
        }
        int[] numbers = new int[3];
        for (int i = 0; i < numbers.length; i++) {
            String part = parts.group(i + 1);
            numbers[i] = part == null ? 0 : Integer.parseInt(part);
        }
        return numbers;
    }
}
