package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.state.RunState;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server's end. */
@Timeout(120)
class StopTest {
    @TempDir
    Path folder;

    @Test
    void runs_reach_a_checkpoint_and_watchers_get_the_report() {
        try (TestServer server = TestServer.start(folder)) {
            server.store("endless", "rows: 100000000, slow_ms: 1, batch_rows: 10, barrier_every: 50");
            String runId = server.run("endless");
            try (Feed feed = Feed.open(server, "/api/v1/runs/" + runId + "/progress")) {
                feed.next();
                Future<Void> stopping = server.server.stop();
                List<JsonNode> rest = feed.untilClosed();
                JsonNode last = rest.getLast();
                assertThat(last.path("report").path("status").asText()).isEqualTo("cancelled");
                assertThat(rest)
                        .as("a checkpoint after the word")
                        .anySatisfy(message ->
                                assertThat(message.path("type").asText()).isEqualTo("frontier_committed"));
                TestServer.await(stopping);
            }
        }
    }

    @Test
    void at_the_end_of_the_grace_runs_are_cancelled() {
        try (TestServer server = TestServer.start(folder, 4, Duration.ZERO)) {
            server.store("endless", "rows: 100000000, slow_ms: 1");
            String runId = server.run("endless");
            server.stop();
            assertThat(TestServer.await(TestServer.await(server.engine.state(io.rapidbyte.config.StateSettings.DEFAULT))
                                    .run(runId))
                            .orElseThrow()
                            .state())
                    .isEqualTo(RunState.CANCELLED);
        }
    }

    @Test
    void there_are_as_many_runs_at_once_as_there_may_be() {
        try (TestServer server = TestServer.start(folder, 1, Duration.ofSeconds(1))) {
            server.store("first", "rows: 100000000, slow_ms: 1");
            server.store("second", "rows: 1");
            String first = server.run("first");
            TestServer.Reply refused = server.post("/api/v1/runs", "{\"pipeline\": \"second\"}");
            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.json().path("detail").asText()).contains("--max-runs");
            server.post("/api/v1/runs/" + first + "/cancel", "");
            assertThat(server.ended(first).path("status").asText())
                    .isEqualTo(RunStatus.CANCELLED.name().toLowerCase(java.util.Locale.ROOT));
            server.ended(server.run("second"));
        }
    }
}
