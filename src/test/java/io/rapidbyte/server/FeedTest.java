package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Live feeds over real sockets. */
@Timeout(120)
@ExtendWith(SharedServer.class)
class FeedTest {
    private static final String ENDLESS = "rows: 100000000, slow_ms: 1, batch_rows: 10, barrier_every: 50";

    private final TestServer server;

    FeedTest(TestServer server) {
        this.server = server;
    }

    private static String progress(String runId) {
        return "/api/v1/runs/" + runId + "/progress";
    }

    private void cancel(String runId) {
        assertThat(server.post("/api/v1/runs/" + runId + "/cancel", "").status())
                .isEqualTo(202);
    }

    @Test
    void a_feed_begins_with_a_snapshot_and_ends_with_the_report() {
        server.store("watched", ENDLESS);
        String runId = server.run("watched");
        try (Feed feed = Feed.open(server, progress(runId))) {
            JsonNode snapshot = feed.next();
            assertThat(snapshot.path("type").asText()).isEqualTo("snapshot");
            assertThat(snapshot.path("runs").path(0).path("run_id").asText()).isEqualTo(runId);
            JsonNode first = feed.until("stream_progress");
            JsonNode second = feed.until("stream_progress");
            assertThat(second.path("sequence").asLong())
                    .isGreaterThan(first.path("sequence").asLong());
            feed.until("frontier_committed");
            cancel(runId);
            List<JsonNode> rest = feed.untilClosed();
            assertThat(rest.getLast().path("type").asText()).isEqualTo("run_finished");
            assertThat(rest.getLast().path("report").path("status").asText()).isEqualTo("cancelled");
        }
    }

    @Test
    void a_client_that_comes_back_gets_exactly_what_it_missed() {
        server.store("resumed", "rows: 1000, batch_rows: 10, barrier_every: 50");
        String runId = server.run("resumed");
        server.ended(runId);
        List<String> all = new ArrayList<>();
        server.get("/api/v1/runs/" + runId + "/events")
                .json()
                .path("events")
                .forEach(event -> all.add(event.path("id").asText()));
        String seen = all.get(all.size() / 2);
        try (Feed feed = Feed.open(server, progress(runId) + "?last_event_id=" + seen)) {
            assertThat(feed.untilClosed().stream()
                            .map(message -> message.path("id").asText()))
                    .containsExactlyElementsOf(all.subList(all.size() / 2 + 1, all.size()));
        }
        try (Feed feed = Feed.open(server, progress(runId) + "?last_event_id=00000000-5")) {
            List<JsonNode> messages = feed.untilClosed();
            assertThat(messages).as("an id of another life").hasSize(1);
            assertThat(messages.getFirst()
                            .path("runs")
                            .path(0)
                            .path("report")
                            .path("status")
                            .asText())
                    .isEqualTo("succeeded");
        }
    }

    @Test
    void the_feed_of_all_runs_goes_on_after_one_has_ended() {
        server.store("one", "rows: 10");
        server.store("two", "rows: 10");
        try (Feed feed = Feed.open(server, "/api/v1/runs/progress")) {
            assertThat(feed.next().path("type").asText()).isEqualTo("snapshot");
            String one = server.run("one");
            feed.until(message -> isEndOf(message, one));
            String two = server.run("two");
            feed.until(message -> isEndOf(message, two));
        }
    }

    private static boolean isEndOf(JsonNode message, String runId) {
        return message.path("type").asText().equals("run_finished")
                && message.path("run_id").asText().equals(runId);
    }

    @Test
    void server_sent_events_tell_the_same_story() throws IOException, InterruptedException {
        server.store("streamed", "rows: 100, barrier_every: 50");
        String runId = server.run("streamed");
        server.ended(runId);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<Stream<String>> response =
                    client.send(server.request(progress(runId)).build(), HttpResponse.BodyHandlers.ofLines());
            assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
            List<String> lines = response.body().toList();
            assertThat(lines.get(0)).startsWith("id: ");
            assertThat(lines.get(1)).isEqualTo("event: snapshot");
            assertThat(lines.get(2)).startsWith("data: {").contains("\"report\"");
            String last = lines.getFirst().substring("id: ".length());
            assertThat(client.send(
                                    server.request(progress(runId))
                                            .header("Last-Event-ID", last)
                                            .build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .as("a browser would connect again for ever")
                    .isEqualTo(204);
        }
    }

    @Test
    void what_a_client_says_is_passed_over() {
        server.store("deaf", ENDLESS);
        String runId = server.run("deaf");
        try (Feed feed = Feed.open(server, progress(runId));
                Feed rude = Feed.open(server, progress(runId))) {
            feed.next();
            rude.say("x".repeat(100));
            rude.say("x".repeat(1 << 16));
            feed.until("stream_progress");
            cancel(runId);
            feed.untilClosed();
        }
    }
}
