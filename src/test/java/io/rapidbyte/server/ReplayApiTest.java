package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.server.TestServer.Reply;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Dead letters that are given to their destination once more over HTTP. */
@Timeout(120)
@ExtendWith(SharedServer.class)
class ReplayApiTest {
    private final TestServer server;

    ReplayApiTest(TestServer server) {
        this.server = server;
    }

    private static String letters(String name) {
        return "/api/v1/pipelines/" + name + "/dead-letters";
    }

    @Test
    void a_replay_is_previewed_and_then_a_run_of_the_pipeline_I20() {
        Refusing pipeline = Refusing.store(server, "refusing").run(server);
        String replay = letters("refusing") + "/replay";
        JsonNode preview = server.get(replay).json();
        assertThat(preview.path("dead_letters").asInt()).isEqualTo(Refusing.REFUSED);
        assertThat(preview.at("/selection/0/stream").asText()).isEqualTo("items");
        assertThat(server.get("/api/v1/pipelines/refusing")
                        .json()
                        .at("/links/replay")
                        .asText())
                .isEqualTo(replay);

        pipeline.mend();
        long first =
                server.get(letters("refusing")).json().at("/dead_letters/0/id").asLong();
        Reply one = server.post(replay, "{\"ids\": [" + first + "]}");
        assertThat(one.status()).isEqualTo(202);
        String runId = one.json().path("run_id").asText();
        assertThat(one.http().headers().firstValue("location")).contains("/api/v1/runs/" + runId);
        JsonNode run = server.ended(runId);
        assertThat(run.path("status").asText()).isEqualTo("succeeded");
        assertThat(run.path("trigger").asText()).isEqualTo("replay");
        assertThat(pipeline.rows()).isEqualTo(Refusing.ROWS - Refusing.REFUSED + 1);

        Reply rest = server.post(replay, "", "idempotency-key", "monday-0001");
        server.ended(rest.json().path("run_id").asText());
        assertThat(pipeline.rows()).isEqualTo(Refusing.ROWS);
        assertThat(server.get(letters("refusing")).json().path("dead_letters")).isEmpty();

        Reply again = server.post(replay, "", "idempotency-key", "monday-0001");
        assertThat(again.json().path("run_id")).isEqualTo(rest.json().path("run_id"));
        Reply nothing = server.post(replay, "");
        assertThat(nothing.status()).isEqualTo(422);
        assertThat(nothing.json().path("detail").asText()).contains("nothing to replay");
    }

    @Test
    void what_cannot_be_replayed_is_refused_with_the_reason() {
        server.store("plain", "rows: 1");
        String replay = letters("plain") + "/replay";
        Reply stream = server.post(replay, "{\"streams\": [\"letters\"]}");
        assertThat(stream.status()).isEqualTo(422);
        assertThat(stream.json().path("detail").asText()).contains("no stream letters", "numbers");
        assertThat(server.get(replay + "?stream=letters").status()).isEqualTo(422);

        Reply id = server.post(replay, "{\"ids\": [17]}");
        assertThat(id.status()).isEqualTo(422);
        assertThat(id.json().path("detail").asText()).contains("no dead letter 17");

        Reply overwrite = server.post(replay, "{\"overwrite\": true}");
        assertThat(overwrite.status()).isEqualTo(422);
        assertThat(overwrite.json().path("detail").asText()).contains("upsert");

        assertThat(server.post(replay, "{\"ids\": []}").status()).isEqualTo(400);
        assertThat(server.post(replay, "{\"all\": true}").status()).isEqualTo(400);
        assertThat(server.post(letters("nowhere") + "/replay", "").status()).isEqualTo(404);
        assertThat(server.send(server.request(replay)
                                .setHeader("authorization", "Bearer " + TestServer.READ_TOKEN)
                                .POST(java.net.http.HttpRequest.BodyPublishers.noBody()))
                        .status())
                .isEqualTo(403);
    }
}
