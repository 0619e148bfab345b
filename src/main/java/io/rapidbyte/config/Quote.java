package io.rapidbyte.config;

/** Text out of a file, made fit for a message: short, on one line, without control characters. */
final class Quote {
    /** Enough to recognise a value by. */
    private static final int MAX_CHARS = 60;

    private Quote() {}

    static String of(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().limit(MAX_CHARS).forEach(c -> {
            if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.appendCodePoint(c);
            }
        });
        if (text.codePointCount(0, text.length()) > MAX_CHARS) {
            quoted.append('…');
        }
        return quoted.append('"').toString();
    }

    /** {@code key} as it is where it looks like a key, else quoted. */
    static String ifOdd(String key) {
        boolean ordinary = !key.isEmpty()
                && key.length() <= MAX_CHARS
                && key.chars().allMatch(c -> c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '-'));
        return ordinary ? key : of(key);
    }
}
