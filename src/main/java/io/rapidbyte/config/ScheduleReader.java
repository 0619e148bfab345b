package io.rapidbyte.config;

import io.rapidbyte.config.Schedule.Missed;
import io.rapidbyte.config.Schedule.Times;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/** {@code schedule}: when a server runs the pipeline by itself. */
final class ScheduleReader {
    /** Once a minute, as cron at the most. */
    static final long MIN_SECONDS = 60;

    /** 31 days. */
    static final long MAX_SECONDS = Duration.ofDays(31).toSeconds();

    /** More than any expression needs, and little for a parser. */
    private static final int MAX_CRON_CHARS = 200;

    private ScheduleReader() {}

    /** Empty where there is none, or a problem has been reported. */
    static Optional<Schedule> read(Section root) {
        return root.section("schedule", SectionKeys.SCHEDULE).flatMap(ScheduleReader::schedule);
    }

    private static Optional<Schedule> schedule(Section section) {
        Missed missed = section.choice("missed", Missed.class).orElse(Missed.SKIP);
        if (section.has("cron") && section.has("every")) {
            section.problem("every", "goes without cron", "remove one of the two");
            return Optional.empty();
        }
        if (!section.has("cron") && section.has("time_zone")) {
            section.problem("time_zone", "goes with cron only", "remove it: every counts from midnight UTC");
        }
        if (section.has("every")) {
            long seconds = section.seconds("every", MAX_SECONDS, MIN_SECONDS, MAX_SECONDS);
            return Optional.of(new Schedule(new Schedule.Every(Duration.ofSeconds(seconds)), missed));
        }
        if (!section.has("cron")) {
            section.problem("cron", "is needed, or every", "write one of the two, such as every: 1h");
            return Optional.empty();
        }
        Optional<ZoneId> zone = zone(section);
        Optional<CronExpression> cron = section.requiredText("cron").flatMap(text -> cron(section, text));
        return cron.flatMap(expression -> zone.map(at -> new Schedule.Cron(expression, at)))
                .filter(times -> happens(section, times))
                .map(times -> new Schedule(times, missed));
    }

    private static Optional<ZoneId> zone(Section section) {
        if (!section.has("time_zone")) {
            return Optional.of(ZoneOffset.UTC);
        }
        return section.requiredText("time_zone").flatMap(name -> {
            try {
                return Optional.of(ZoneId.of(name));
            } catch (DateTimeException e) {
                section.problem("time_zone", "is no time zone", "write one such as Europe/Berlin, or UTC");
                return Optional.empty();
            }
        });
    }

    private static Optional<CronExpression> cron(Section section, String text) {
        try {
            if (text.length() <= MAX_CRON_CHARS) {
                return Optional.of(CronExpression.of(text));
            }
        } catch (IllegalArgumentException e) {
            // told below, in our own words: the reason may repeat what a variable held (I31)
        }
        section.problem(
                "cron",
                "is no cron expression",
                "write minute, hour, day of month, month, day of week, such as \"30 2 * * *\" for 02:30 each day");
        return Optional.empty();
    }

    private static boolean happens(Section section, Times times) {
        boolean happens = times.after(Instant.EPOCH).isPresent();
        if (!happens) {
            section.problem("cron", "never comes true", "look at the day and the month");
        }
        return happens;
    }
}
