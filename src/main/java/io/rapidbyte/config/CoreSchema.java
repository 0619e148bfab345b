package io.rapidbyte.config;

import java.util.regex.Pattern;

/** Which type a plain scalar has by its form: YAML 1.2.2, section 10.3.2. */
enum CoreSchema {
    NULL,
    BOOL,
    INT,
    FLOAT,
    TEXT;

    private static final Pattern INTEGER = Pattern.compile("[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+");
    private static final Pattern FLOATING = Pattern.compile(
            "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.(inf|Inf|INF)|\\.(nan|NaN|NAN)");

    /** Longer digits are somebody's key or hash, and cost too much as a number. */
    private static final int MAX_NUMBER_CHARS = 64;

    static CoreSchema of(String text) {
        return switch (text) {
            case "", "~", "null", "Null", "NULL" -> NULL;
            case "true", "True", "TRUE", "false", "False", "FALSE" -> BOOL;
            default -> ofNumber(text);
        };
    }

    private static CoreSchema ofNumber(String text) {
        if (text.length() > MAX_NUMBER_CHARS) {
            return TEXT;
        }
        if (INTEGER.matcher(text).matches()) {
            return INT;
        }
        return FLOATING.matcher(text).matches() ? FLOAT : TEXT;
    }

    /** In words, for "must be a number, not …". */
    String words() {
        return switch (this) {
            case NULL -> "empty";
            case BOOL -> "true or false";
            case INT -> "a whole number";
            case FLOAT -> "a number with a fraction";
            case TEXT -> "text";
        };
    }
}
