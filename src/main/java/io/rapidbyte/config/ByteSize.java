package io.rapidbyte.config;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sizes such as {@code 64mb}. Units are binary whatever their spelling ({@code kb} and {@code kib} are both
 * 1,024 bytes), as memory is counted, and their case does not matter.
 */
final class ByteSize {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})\\s*(b|kb|kib|mb|mib|gb|gib)?");

    private ByteSize() {}

    /** In bytes; the largest long where the size exceeds it; empty where {@code text} is no size. */
    static OptionalLong parse(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return OptionalLong.empty();
        }
        long count = Long.parseLong(form.group(1));
        int shift = shift(form.group(2) == null ? "b" : form.group(2));
        return OptionalLong.of(count > Long.MAX_VALUE >> shift ? Long.MAX_VALUE : count << shift);
    }

    /** In the largest unit that divides it, as one would write it in a file. */
    static String format(long bytes) {
        for (String unit : new String[] {"gb", "mb", "kb"}) {
            long size = 1L << shift(unit);
            if (bytes >= size && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return Long.toString(bytes);
    }

    private static int shift(String unit) {
        return switch (unit.charAt(0)) {
            case 'k' -> 10;
            case 'm' -> 20;
            case 'g' -> 30;
            default -> 0;
        };
    }
}
