package io.rapidbyte.arrow;

import java.time.LocalDate;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Days and microseconds as connectors print them: in ISO style with a space, years before the first one with BC. */
final class TextTimes {
    private static final Pattern DATE = Pattern.compile("(\\d{4,7})-(\\d\\d)-(\\d\\d)");
    private static final Pattern TIME = Pattern.compile("(\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?");
    private static final String BEFORE_YEAR_ONE = " BC";
    private static final String UTC = "+00";
    private static final String INFINITE = "infinity";
    private static final String INFINITE_PAST = "-infinity";
    private static final int MICRO_DIGITS = 6;

    private TextTimes() {}

    /** Days since 1970-01-01; the extremes stand for infinity. */
    static int days(String text) {
        return switch (text) {
            case INFINITE -> Integer.MAX_VALUE;
            case INFINITE_PAST -> Integer.MIN_VALUE;
            default -> Math.toIntExact(epochDay(withoutEra(text), text.endsWith(BEFORE_YEAR_ONE)));
        };
    }

    /** Microseconds since midnight, which may be those of a whole day. */
    static long timeOfDay(String text) {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw new IllegalArgumentException();
        }
        long seconds = (Long.parseLong(time.group(1)) * 60 + Long.parseLong(time.group(2))) * 60
                + Long.parseLong(time.group(3));
        String fraction = time.group(4) == null ? "" : time.group(4);
        String micros = fraction + "0".repeat(MICRO_DIGITS - fraction.length());
        return TimeUnit.SECONDS.toMicros(seconds) + Long.parseLong(micros);
    }

    /** Microseconds since 1970-01-01T00:00, in UTC where the text has a zone; the extremes stand for infinity. */
    static long timestamp(String text) {
        return switch (text) {
            case INFINITE -> Long.MAX_VALUE;
            case INFINITE_PAST -> Long.MIN_VALUE;
            default -> moment(withoutEra(text), text.endsWith(BEFORE_YEAR_ONE));
        };
    }

    private static long moment(String text, boolean beforeYearOne) {
        String local = text.endsWith(UTC) ? text.substring(0, text.length() - UTC.length()) : text;
        int space = local.indexOf(' ');
        if (space < 0) {
            throw new IllegalArgumentException();
        }
        long midnight =
                Math.multiplyExact(epochDay(local.substring(0, space), beforeYearOne), TimeUnit.DAYS.toMicros(1));
        return Math.addExact(midnight, timeOfDay(local.substring(space + 1)));
    }

    private static String withoutEra(String text) {
        return text.endsWith(BEFORE_YEAR_ONE) ? text.substring(0, text.length() - BEFORE_YEAR_ONE.length()) : text;
    }

    private static long epochDay(String text, boolean beforeYearOne) {
        Matcher date = DATE.matcher(text);
        if (!date.matches()) {
            throw new IllegalArgumentException();
        }
        int year = Integer.parseInt(date.group(1));
        return LocalDate.of(
                        beforeYearOne ? 1 - year : year,
                        Integer.parseInt(date.group(2)),
                        Integer.parseInt(date.group(3)))
                .toEpochDay();
    }
}
