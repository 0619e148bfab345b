package io.rapidbyte.cli;

import java.util.Locale;
import java.util.Optional;
import java.util.logging.Level;

/** How much is logged, as users name it; each includes those before it. */
enum LogLevel {
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE;

    /** The same in java.util.logging's words. */
    Level level() {
        return switch (this) {
            case ERROR -> Level.SEVERE;
            case WARN -> Level.WARNING;
            case INFO -> Level.INFO;
            case DEBUG -> Level.FINE;
            case TRACE -> Level.FINER;
        };
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean includes(LogLevel other) {
        return other.compareTo(this) <= 0;
    }

    /** The level that a record of java.util.logging has. */
    static LogLevel of(Level level) {
        for (LogLevel each : values()) {
            if (level.intValue() >= each.level().intValue()) {
                return each;
            }
        }
        return TRACE;
    }

    static Optional<LogLevel> parse(String word) {
        for (LogLevel each : values()) {
            if (each.word().equals(word.toLowerCase(Locale.ROOT))) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }
}
