package io.rapidbyte.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Locale;

/** Numbers and names as people read them. Pure functions. */
public final class Text {
    private static final long KILO = 1_000;
    private static final double MEGA = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private Text() {}

    /** {@code 1234567} as {@code 1,234,567}. */
    public static String count(long n) {
        return String.format(Locale.ROOT, "%,d", n);
    }

    /** Bytes as megabytes of a million bytes. */
    public static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / MEGA);
    }

    /** Bytes with the unit that fits. */
    public static String size(long bytes) {
        if (bytes < KILO) {
            return bytes + " B";
        }
        double value = bytes;
        String unit = "B";
        for (String next : new String[] {"kB", "MB", "GB", "TB"}) {
            if (value < KILO) {
                break;
            }
            value /= KILO;
            unit = next;
        }
        return String.format(Locale.ROOT, "%.1f %s", value, unit);
    }

    /** Seconds with one decimal below a minute, minutes and seconds above. */
    public static String duration(Duration d) {
        if (d.toMinutes() < 1) {
            return String.format(Locale.ROOT, "%.1f s", seconds(d));
        }
        return d.toMinutes() + " min " + d.toSecondsPart() + " s";
    }

    /** A short time, to the millisecond below a second. */
    static String wait(Duration d) {
        return d.toMillis() < KILO ? d.toMillis() + " ms" : duration(d);
    }

    /** Rows in a second; a dash where the time is too short to tell. */
    public static String perSecond(long rows, Duration d) {
        return d.toMillis() < 1 ? "-" : count(Math.round(rows / seconds(d)));
    }

    static double seconds(Duration d) {
        return d.toNanos() / NANOS_PER_SECOND;
    }

    public static String plural(long n, String thing) {
        return count(n) + " " + thing + (n == 1 ? "" : "s");
    }

    /** An enum's name as users and JSON have it. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Without characters that could move the cursor or recolour the terminal: names come from foreign databases. */
    public static String printable(String text) {
        if (text.chars().noneMatch(Text::unsafe)) {
            return text;
        }
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (unsafe(c)) {
                safe.append(String.format(Locale.ROOT, "\\u%04x", c));
            } else {
                safe.appendCodePoint(c);
            }
        });
        return safe.toString();
    }

    private static boolean unsafe(int c) {
        return Character.isISOControl(c) && c != '\n' && c != '\t';
    }

    /** A time still to come, short: {@code 12s}, {@code 3m12s}, {@code 1h05m}. */
    static String brief(Duration d) {
        if (d.toMinutes() < 1) {
            return d.toSeconds() + "s";
        }
        return d.toHours() < 1
                ? String.format(Locale.ROOT, "%dm%02ds", d.toMinutes(), d.toSecondsPart())
                : String.format(Locale.ROOT, "%dh%02dm", d.toHours(), d.toMinutesPart());
    }

    /** A stack trace in full, or the chain of messages alone. */
    static String trace(Throwable e, boolean full) {
        if (full) {
            StringWriter text = new StringWriter();
            e.printStackTrace(new PrintWriter(text));
            return printable(text.toString().stripTrailing());
        }
        StringBuilder text = new StringBuilder();
        for (Throwable at = e; at != null; at = at.getCause()) {
            text.append(text.isEmpty() ? "  " : "\n  caused by ").append(at);
        }
        return printable(text.toString());
    }
}
