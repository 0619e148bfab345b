package io.rapidbyte.config;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/**
 * When a server runs a pipeline by itself.
 *
 * @param missed what becomes of a time at which it could not be run
 */
public record Schedule(Times times, Missed missed) {

    /** What becomes of times that passed while the server was down, or while the pipeline could not be started. */
    public enum Missed {
        /** Nothing; the next time comes. */
        SKIP,
        /** One run for all of them, as soon as there can be one. */
        RUN_ONCE
    }

    /** The times at which to run. */
    public sealed interface Times {
        /** The first time after {@code moment}; empty if there is none. */
        Optional<Instant> after(Instant moment);
    }

    /** As a cron expression says, by the clocks of a time zone. */
    public record Cron(CronExpression expression, ZoneId zone) implements Times {
        @Override
        public Optional<Instant> after(Instant moment) {
            return expression.after(moment, zone);
        }
    }

    /** At every whole multiple of a period since 1970 (UTC), so that a restart moves nothing. */
    public record Every(Duration period) implements Times {
        @Override
        public Optional<Instant> after(Instant moment) {
            long seconds = period.toSeconds();
            return Optional.of(Instant.ofEpochSecond((Math.floorDiv(moment.getEpochSecond(), seconds) + 1) * seconds));
        }
    }
}
