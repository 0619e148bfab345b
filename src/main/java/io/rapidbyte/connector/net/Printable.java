package io.rapidbyte.connector.net;

/** Shortens what a guest said to something that may stand in a message. */
final class Printable {
    private static final int MAX_CHARS = 100;

    private Printable() {}

    static String of(String text) {
        String clean = text.codePoints()
                .limit(MAX_CHARS)
                .map(c -> Character.isISOControl(c) ? '?' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return clean.length() < text.length() ? clean + "…" : clean;
    }
}
