package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.LogLines;
import io.rapidbyte.config.Schedule;
import io.rapidbyte.config.Schedule.Every;
import io.rapidbyte.config.Schedule.Missed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Schedules, by a clock that only moves when told. */
@Timeout(120)
class ScheduledRunsTest {
    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant ONE = NOON.plus(Duration.ofHours(1));
    private static final Schedule SKIP = new Schedule(new Every(Duration.ofHours(1)), Missed.SKIP);
    private static final Schedule RUN_ONCE = new Schedule(new Every(Duration.ofHours(1)), Missed.RUN_ONCE);

    @Test
    void a_time_comes_once() {
        Appointment appointment = new Appointment(SKIP, NOON, Optional.empty());
        assertThat(appointment.due(NOON.plusSeconds(1))).isEmpty();
        assertThat(appointment.due(ONE)).contains(ONE);
        appointment.kept();
        assertThat(appointment.due(ONE.plusSeconds(1))).isEmpty();
    }

    @Test
    void a_time_that_was_slept_through_is_skipped_or_made_up_for_once() {
        Instant evening = NOON.plus(Duration.ofMinutes(500));
        assertThat(new Appointment(SKIP, NOON, Optional.empty()).due(evening)).isEmpty();
        Appointment once = new Appointment(RUN_ONCE, NOON, Optional.empty());
        assertThat(once.due(evening)).contains(ONE);
        once.kept();
        assertThat(once.due(evening.plusSeconds(1))).isEmpty();
    }

    @Test
    void what_a_server_that_was_down_missed_is_seen_from_the_last_run() {
        Optional<Instant> yesterday = Optional.of(NOON.minus(Duration.ofDays(1)));
        assertThat(new Appointment(RUN_ONCE, NOON, yesterday).due(NOON)).contains(NOON.minus(Duration.ofHours(23)));
        assertThat(new Appointment(SKIP, NOON, yesterday).due(NOON)).isEmpty();
        assertThat(new Appointment(RUN_ONCE, NOON, Optional.of(NOON)).due(NOON)).isEmpty();
    }

    @Test
    void what_is_refused_for_now_is_tried_again_if_it_is_to_be_made_up_for() {
        Appointment once = new Appointment(RUN_ONCE, NOON, Optional.empty());
        assertThat(once.due(ONE)).isPresent();
        assertThat(once.refused(true)).isTrue();
        assertThat(once.due(ONE.plusSeconds(1))).contains(ONE);
        assertThat(once.refused(false)).isFalse();
        assertThat(once.due(ONE.plusSeconds(2))).isEmpty();
        Appointment skip = new Appointment(SKIP, NOON, Optional.empty());
        assertThat(skip.due(ONE)).isPresent();
        assertThat(skip.refused(true)).isFalse();
        assertThat(skip.due(ONE.plusSeconds(1))).isEmpty();
    }

    @Test
    void the_server_runs_what_is_due(@TempDir Path folder) throws IOException {
        try (TestServer server = TestServer.start(folder);
                Feed feed = Feed.open(server, "/api/v1/runs/progress")) {
            server.now.set(NOON);
            Files.writeString(
                    server.pipelines.resolve("hourly.yaml"),
                    TestServer.yaml("hourly", "rows: 1") + "schedule: {every: 1h, missed: run_once}\n");
            JsonNode shown = server.get("/api/v1/pipelines/hourly").json().path("schedule");
            assertThat(shown.path("next_at").asText()).isEqualTo(ONE.toString());
            // whenever the server looks at the file, before this or after: a time has come since the last run, or comes
            server.ended(server.run("hourly"));
            server.now.set(Instant.now().plus(Duration.ofHours(2)));
            JsonNode started =
                    feed.until(message -> message.path("type").asText().equals("run_started")
                            && server.get("/api/v1/runs/"
                                            + message.path("run_id").asText())
                                    .json()
                                    .path("trigger")
                                    .asText()
                                    .equals("schedule"));
            assertThat(started.path("pipeline").asText()).isEqualTo("hourly");
            assertThat(server.ended(started.path("run_id").asText())
                            .path("status")
                            .asText())
                    .isEqualTo("succeeded");
        }
    }

    /** Whenever the other pipeline is run, the server has looked at both. */
    @Test
    void a_state_that_cannot_be_opened_is_told_of_once_and_keeps_no_other_schedule(@TempDir Path folder)
            throws IOException {
        try (LogLines log = LogLines.of(Scheduler.class.getName());
                TestServer server = TestServer.start(folder);
                Feed feed = Feed.open(server, "/api/v1/runs/progress")) {
            String schedule = "schedule: {every: 1h, missed: run_once}\n";
            Files.writeString(
                    server.pipelines.resolve("astray.yaml"),
                    TestServer.yaml("astray", "rows: 1") + schedule + "state: {backend: sqlite, connection: "
                            + folder.resolve("plain file/state.db") + "}\n");
            Files.writeString(folder.resolve("plain file"), "no folder");
            Files.writeString(server.pipelines.resolve("hourly.yaml"), TestServer.yaml("hourly", "rows: 1") + schedule);
            server.ended(server.run("hourly"));
            server.now.set(Instant.now());
            for (int run = 0; run < 3; run++) {
                feed.until("run_finished");
                server.now.updateAndGet(time -> time.plus(Duration.ofHours(2)));
            }
            assertThat(log.lines().stream().filter(line -> line.contains("astray")))
                    .hasSize(1)
                    .allMatch(line -> line.startsWith("the schedule of pipeline astray waits: "));
        }
    }
}
