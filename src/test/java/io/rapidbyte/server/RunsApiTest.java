package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.LogLines;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.server.TestServer.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs over HTTP, with connectors that make rows up. */
@Timeout(120)
@ExtendWith(SharedServer.class)
class RunsApiTest {
    private static final String ENDLESS = "rows: 100000000, slow_ms: 1";

    private final TestServer server;

    RunsApiTest(TestServer server) {
        this.server = server;
    }

    @Test
    void a_run_is_started_watched_and_found_again() {
        server.store("plain", "rows: 2000, batch_rows: 100, barrier_every: 500");
        Reply started = server.post("/api/v1/runs", "{\"pipeline\": \"plain\"}");
        assertThat(started.status()).isEqualTo(202);
        String runId = started.json().path("run_id").asText();
        assertThat(started.http().headers().firstValue("location")).contains("/api/v1/runs/" + runId);

        JsonNode run = server.ended(runId);
        assertThat(run.path("status").asText()).isEqualTo("succeeded");
        assertThat(run.path("trigger").asText()).isEqualTo("api");
        assertThat(run.path("streams").path(0).path("rows_written").asLong()).isEqualTo(2000);
        assertThat(run.path("progress").path("report").path("streams").path(0).path("timings"))
                .isNotEmpty();

        Reply events = server.get("/api/v1/runs/" + runId + "/events");
        assertThat(events.json().path("complete").asBoolean()).isTrue();
        List<String> types = new ArrayList<>();
        events.json()
                .path("events")
                .forEach(event -> types.add(event.path("type").asText()));
        assertThat(types).startsWith("run_started").endsWith("run_finished").contains("frontier_committed");

        String middle = events.json().path("events").path(1).path("id").asText();
        assertThat(server.get("/api/v1/runs/" + runId + "/events?after=" + middle)
                        .json()
                        .path("events"))
                .hasSize(types.size() - 2);
    }

    @Test
    void a_pipeline_that_is_being_run_is_not_started_again_and_can_be_cancelled() {
        server.store("endless", ENDLESS);
        String runId = server.run("endless");
        Reply second = server.post("/api/v1/runs", "{\"pipeline\": \"endless\"}");
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.json().path("run_id").asText()).isEqualTo(runId);
        assertThat(server.post("/api/v1/pipelines/endless/state/reset", "").status())
                .isEqualTo(409);
        assertThat(server.get("/api/v1/pipelines/endless")
                        .json()
                        .path("running")
                        .asText())
                .isEqualTo(runId);

        assertThat(server.post("/api/v1/runs/" + runId + "/cancel", "").status())
                .isEqualTo(202);
        assertThat(server.ended(runId).path("status").asText()).isEqualTo("cancelled");
        assertThat(server.post("/api/v1/runs/" + runId + "/cancel", "").status())
                .isEqualTo(409);
    }

    @Test
    void a_key_starts_one_run_however_often_it_is_sent() {
        server.store("once", "rows: 10");
        server.store("other", "rows: 10");
        Reply first = server.post("/api/v1/runs", "{\"pipeline\": \"once\"}", "idempotency-key", "monday-0001");
        assertThat(first.status()).isEqualTo(202);
        String runId = first.json().path("run_id").asText();
        server.ended(runId);
        Reply again = server.post("/api/v1/runs", "{\"pipeline\": \"once\"}", "idempotency-key", "monday-0001");
        assertThat(again.status()).isEqualTo(202);
        assertThat(again.json().path("run_id").asText()).isEqualTo(runId);
        assertThat(server.get("/api/v1/runs?pipeline=once").json().path("runs")).hasSize(1);

        Reply other = server.post("/api/v1/runs", "{\"pipeline\": \"other\"}", "idempotency-key", "monday-0001");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.json().path("type").asText()).endsWith(":key-reused");
    }

    @Test
    void runs_are_listed_page_by_page() {
        server.store("paged", "rows: 1");
        List<String> started = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            String runId = server.run("paged");
            server.ended(runId);
            started.addFirst(runId);
        }
        List<String> listed = new ArrayList<>();
        String next = "";
        do {
            Reply page = server.get("/api/v1/runs?pipeline=paged&limit=2" + next);
            page.json()
                    .path("runs")
                    .forEach(run -> listed.add(run.path("run_id").asText()));
            next = page.json().has("next")
                    ? "&after=" + page.json().path("next").asText()
                    : "";
        } while (!next.isEmpty());
        // those that began in the same millisecond are in the order of their ids
        assertThat(listed).hasSize(5).containsExactlyInAnyOrderElementsOf(started);
    }

    @Test
    void a_run_that_fails_says_why() {
        server.store("failing", "rows: 100, fail_at_row: 50, mode: error");
        JsonNode run;
        try (LogLines log = LogLines.of(RunLog.LOGGER)) {
            String runId = server.run("failing");
            run = server.ended(runId);
            assertThat(log.scoped())
                    .extracting(LogLines.Line::scope)
                    .contains(Optional.of(LogScope.of(runId)), Optional.of(LogScope.of(runId).stream("numbers")));
            assertThat(log.lines())
                    .anySatisfy(
                            line -> assertThat(line).startsWith("run " + runId + " of failing has ended: failed; "));
        }
        assertThat(run.path("status").asText()).isEqualTo("failed");
        assertThat(run.path("failure").path("kind").asText()).isEqualTo("source");
        JsonNode listed = server.get("/api/v1/pipelines").json().path("pipelines");
        assertThat(listed)
                .anySatisfy(pipeline -> assertThat(pipeline.path("last_run")
                                .path("failure")
                                .path("kind")
                                .asText())
                        .isEqualTo("source"));
    }

    @Test
    void what_is_not_there_is_a_problem() {
        assertThat(server.get("/api/v1/runs/0123456789abcdef").status()).isEqualTo(404);
        assertThat(server.get("/api/v1/runs/0123456789abcdef/events").status()).isEqualTo(404);
        assertThat(server.get("/api/v1/runs/0123456789abcdef/progress").status())
                .isEqualTo(404);
        assertThat(server.post("/api/v1/runs/0123456789abcdef/cancel", "").status())
                .isEqualTo(404);
        assertThat(server.post("/api/v1/runs", "{\"pipeline\": \"nowhere\"}").status())
                .isEqualTo(404);
        assertThat(server.get("/api/v1/nowhere").status()).isEqualTo(404);
        assertThat(server.send(server.request("/api/v1/runs").DELETE()).status())
                .isEqualTo(405);
    }

    @Test
    void requests_that_make_no_sense_are_refused() {
        assertThat(server.get("/api/v1/runs?limit=0").status()).isEqualTo(400);
        assertThat(server.get("/api/v1/runs?limit=many").status()).isEqualTo(400);
        assertThat(server.get("/api/v1/runs?limit=1&limit=2").status()).isEqualTo(400);
        assertThat(server.get("/api/v1/runs?colour=red").status()).isEqualTo(400);
        assertThat(server.get("/api/v1/runs?after=yesterday").status()).isEqualTo(400);
        assertThat(server.post("/api/v1/runs", "").status()).isEqualTo(400);
        assertThat(server.post("/api/v1/runs", "{\"pipeline\": ").status()).isEqualTo(400);
        assertThat(server.post("/api/v1/runs", "{\"pipeline\": \"a\", \"pipeline\": \"b\"}")
                        .status())
                .isEqualTo(400);
        assertThat(server.post("/api/v1/runs", "{\"pipeline\": \"a\", \"more\": 1}")
                        .status())
                .isEqualTo(400);
        assertThat(server.post("/api/v1/runs", "{\"pipeline\": \"../a\"}").status())
                .isEqualTo(400);
        assertThat(server.put("/api/v1/pipelines/a", "x").status()).isEqualTo(422);
    }
}
