package io.rapidbyte.model;

import java.util.Optional;

/** One thing a connector's {@code validate} looked at. {@code streamName} is empty for the connection as a whole. */
public record Finding(Level level, Optional<String> streamName, String code, String message) {
    public enum Level {
        OK,
        WARNING,
        ERROR
    }
}
