package io.rapidbyte.connector;

import java.nio.charset.StandardCharsets;

/** Guests' strings, made fit for logs and messages. */
final class Text {
    private Text() {}

    /** At most {@code maxChars} characters, with an ellipsis in place of what was cut; no pair of surrogates is split. */
    static String cut(String text, int maxChars) {
        if (text.length() <= maxChars) {
            return text;
        }
        int end = maxChars - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + "…";
    }

    /** Without the control characters that could take over a terminal; line breaks and tabs stay. */
    static String printable(String text) {
        if (text.chars().noneMatch(Text::isUnsafe)) {
            return text;
        }
        StringBuilder clean = new StringBuilder(text.length());
        text.chars().forEach(c -> clean.append(isUnsafe(c) ? '�' : (char) c));
        return clean.toString();
    }

    static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean isUnsafe(int c) {
        return Character.isISOControl(c) && c != '\n' && c != '\t';
    }
}
