package io.rapidbyte.config;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times such as {@code 90s}, {@code 5m}, {@code 2h} and {@code 1d}; a number alone would not say what it counts. */
final class Seconds {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,12})\\s*([smhd])");
    private static final Pattern MILLIS = Pattern.compile("([0-9]{1,12})\\s*ms");
    private static final long MILLIS_PER_SECOND = 1000;
    private static final long MINUTE = 60;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Seconds() {}

    /** Empty where {@code text} is no time. */
    static OptionalLong parse(String text) {
        Matcher form = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!form.matches()) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(
                Long.parseLong(form.group(1)) * unit(form.group(2).charAt(0)));
    }

    /** The same, and {@code 200ms}: in milliseconds. Empty where {@code text} is no time. */
    static OptionalLong parseMillis(String text) {
        Matcher form = MILLIS.matcher(text.toLowerCase(Locale.ROOT));
        if (form.matches()) {
            return OptionalLong.of(Long.parseLong(form.group(1)));
        }
        OptionalLong seconds = parse(text);
        return seconds.isPresent() ? OptionalLong.of(seconds.getAsLong() * MILLIS_PER_SECOND) : seconds;
    }

    static String formatMillis(long millis) {
        return millis % MILLIS_PER_SECOND == 0 ? format(millis / MILLIS_PER_SECOND) : millis + "ms";
    }

    /** In the largest unit that divides it, as one would write it in a file. */
    static String format(long seconds) {
        for (char unit : new char[] {'d', 'h', 'm'}) {
            if (seconds >= unit(unit) && seconds % unit(unit) == 0) {
                return seconds / unit(unit) + String.valueOf(unit);
            }
        }
        return seconds + "s";
    }

    private static long unit(char unit) {
        return switch (unit) {
            case 'd' -> DAY;
            case 'h' -> HOUR;
            case 'm' -> MINUTE;
            default -> 1;
        };
    }
}
