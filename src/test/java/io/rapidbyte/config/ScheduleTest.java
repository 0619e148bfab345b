package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.config.Schedule.Missed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScheduleTest {
    private static Optional<Schedule> read(String schedule) throws PipelineException {
        return PipelineLoader.parse("""
                version: "1.0"
                pipeline: p
                source: {use: s, streams: [{name: t}]}
                destination: {use: d, write_mode: append}
                schedule: {%s}
                """.formatted(schedule), "p.yaml", Map.of()).schedule();
    }

    private static List<String> times(String schedule, String from, int count) throws PipelineException {
        Schedule read = read(schedule).orElseThrow();
        List<String> times = new ArrayList<>();
        Instant at = Instant.parse(from);
        for (int i = 0; i < count; i++) {
            at = read.times().after(at).orElseThrow();
            times.add(at.toString());
        }
        return times;
    }

    @Test
    void cron_goes_by_the_clocks_of_its_zone() throws PipelineException {
        assertThat(times("cron: '30 14 * * *', time_zone: Europe/Berlin", "2026-03-28T00:00:00Z", 3))
                .containsExactly("2026-03-28T13:30:00Z", "2026-03-29T12:30:00Z", "2026-03-30T12:30:00Z");
        assertThat(times("cron: '0 9 * * 1-5'", "2026-03-06T09:00:00Z", 2))
                .as("from Friday to Monday, UTC if nothing else is said")
                .containsExactly("2026-03-09T09:00:00Z", "2026-03-10T09:00:00Z");
    }

    @Test
    void an_hour_that_the_clocks_leave_out_brings_no_run_and_one_that_they_repeat_brings_one()
            throws PipelineException {
        assertThat(times("cron: '30 2 * * *', time_zone: Europe/Berlin", "2026-03-28T12:00:00Z", 2))
                .as("there is no 02:30 on the 29th")
                .containsExactly("2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z");
        assertThat(times("cron: '30 2 * * *', time_zone: Europe/Berlin", "2026-10-24T12:00:00Z", 2))
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("2026-10-25"),
                        second -> assertThat(second).startsWith("2026-10-26"));
    }

    @Test
    void every_is_counted_from_midnight() throws PipelineException {
        assertThat(times("every: 15m", "2026-03-01T10:07:00Z", 3))
                .containsExactly("2026-03-01T10:15:00Z", "2026-03-01T10:30:00Z", "2026-03-01T10:45:00Z");
        assertThat(times("every: 6h", "2026-03-01T06:00:00Z", 1)).containsExactly("2026-03-01T12:00:00Z");
    }

    @Test
    void what_is_missed_is_skipped_unless_said_otherwise() throws PipelineException {
        assertThat(read("every: 1h").orElseThrow().missed()).isEqualTo(Missed.SKIP);
        assertThat(read("every: 1h, missed: run_once").orElseThrow().missed()).isEqualTo(Missed.RUN_ONCE);
        assertThat(read("every: 1h")).isEqualTo(read("every: 60m"));
        assertThat(read("cron: '0 1 * * *'"))
                .isEqualTo(read("cron: '0 1 * * *'"))
                .isNotEqualTo(read("cron: '0 2 * * *'"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "missed: skip; schedule.cron; or every",
                "every: 1h, cron: '0 1 * * *'; schedule.every; without cron",
                "every: 30s; schedule.every; 1m",
                "every: 40d; schedule.every; 31d",
                "every: 1h, time_zone: UTC; schedule.time_zone; with cron",
                "cron: '61 * * * *'; schedule.cron; no cron expression",
                "cron: 'every day'; schedule.cron; no cron expression",
                "cron: '* * * * * *'; schedule.cron; no cron expression",
                "cron: '0 0 30 2 *'; schedule.cron; never",
                "cron: '0 1 * * *', time_zone: Mars/Olympus; schedule.time_zone; no time zone",
                "cron: '0 1 * * *', missed: never; schedule.missed; one of"
            })
    void what_makes_no_sense_is_told(String schedule, String key, String words) {
        assertThatThrownBy(() -> read(schedule))
                .isInstanceOfSatisfying(
                        PipelineException.class,
                        e -> assertThat(e.problems()).singleElement().satisfies(problem -> {
                            assertThat(problem.key()).isEqualTo(key);
                            assertThat(problem.toString()).contains(words);
                            assertThat(problem.line()).isEqualTo(5);
                        }));
    }
}
