package io.rapidbyte.engine;

import java.util.Locale;

/** The table that a stream lands in: the last part of its name, which may be quoted as in SQL. */
final class TargetTable {
    private TargetTable() {}

    /** {@code public.Users} and {@code users} give {@code users}; {@code zoo."All Types"} gives {@code All Types}. */
    static String of(String streamName) {
        int start = 0;
        boolean quoted = false;
        for (int i = 0; i < streamName.length(); i++) {
            char c = streamName.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '.' && !quoted) {
                start = i + 1;
            }
        }
        String last = streamName.substring(start).strip();
        boolean inQuotes = last.length() >= 2 && last.startsWith("\"") && last.endsWith("\"");
        return inQuotes ? last.substring(1, last.length() - 1).replace("\"\"", "\"") : last.toLowerCase(Locale.ROOT);
    }
}
