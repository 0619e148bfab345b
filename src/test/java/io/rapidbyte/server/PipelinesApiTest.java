package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.server.TestServer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pipelines and what belongs to them over HTTP. */
@Timeout(120)
@ExtendWith(SharedServer.class)
class PipelinesApiTest {
    private final TestServer server;

    PipelinesApiTest(TestServer server) {
        this.server = server;
    }

    @Test
    void a_pipeline_is_stored_whole_or_not_at_all() throws IOException {
        String first = TestServer.yaml("stored", "rows: 1");
        Reply made = server.put("/api/v1/pipelines/stored", first, "if-none-match", "*");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("yaml").asText()).isEqualTo(first);
        assertThat(server.pipelines.resolve("stored.yaml")).hasContent(first);
        String tag = made.http().headers().firstValue("etag").orElseThrow();

        String second = TestServer.yaml("stored", "rows: 2");
        assertThat(server.put("/api/v1/pipelines/stored", second, "if-none-match", "*")
                        .status())
                .isEqualTo(412);
        assertThat(server.put("/api/v1/pipelines/stored", second, "if-match", tag)
                        .status())
                .isEqualTo(200);
        assertThat(server.put("/api/v1/pipelines/stored", first, "if-match", tag)
                        .status())
                .as("somebody else's change is not overwritten")
                .isEqualTo(412);

        Reply bad =
                server.put("/api/v1/pipelines/stored", second.replace("write_mode: append", "write_mode: sideways"));
        assertThat(bad.status()).isEqualTo(422);
        assertThat(bad.json().path("problems").path(0).path("key").asText()).isEqualTo("destination.write_mode");
        assertThat(bad.json().path("problems").path(0).path("line").asInt()).isEqualTo(11);
        assertThat(server.put("/api/v1/pipelines/other", second)
                        .json()
                        .path("problems")
                        .path(0)
                        .path("key")
                        .asText())
                .isEqualTo("pipeline");
        assertThat(server.pipelines.resolve("stored.yaml")).hasContent(second);
        try (Stream<Path> left = Files.list(server.pipelines)) {
            assertThat(left.map(file -> file.getFileName().toString()).filter(name -> name.startsWith(".")))
                    .as("half-written files")
                    .isEmpty();
        }
    }

    @Test
    void secrets_of_a_file_are_not_shown_and_references_are() {
        String yaml = TestServer.yaml("secretive", "rows: 1") + "state: {backend: sqlite, connection: '"
                + server.folder.resolve("hunter2.db") + "'}\n";
        Reply stored = server.put("/api/v1/pipelines/secretive", yaml);
        assertThat(stored.status()).isEqualTo(201);
        assertThat(stored.http().body()).doesNotContain("hunter2").contains("***");
        Reply again = server.put(
                "/api/v1/pipelines/secretive", stored.json().path("yaml").asText());
        assertThat(again.status()).as("the mark is no secret").isEqualTo(422);
        String referring = TestServer.yaml("referring", "mode: \"${SECRET:-rows}\"")
                        .replace("mode: \"${SECRET:-rows}\"", "rows: 1")
                + "state: {backend: sqlite, connection: \"${SECRET}\"}\n";
        assertThat(server.put("/api/v1/pipelines/referring", referring)
                        .json()
                        .path("yaml")
                        .asText())
                .isEqualTo(referring);
    }

    @Test
    void files_with_problems_are_listed_with_them() throws IOException {
        Files.writeString(
                server.pipelines.resolve("broken.yaml"), "version: 7\nsource: {config: {password: hunter2}}\n");
        Files.writeString(server.pipelines.resolve("notes.txt"), "no pipeline");
        Files.write(server.pipelines.resolve("binary.yaml"), new byte[] {(byte) 0xff, 0});
        Reply listed = server.get("/api/v1/pipelines");
        assertThat(listed.http().body()).doesNotContain("hunter2");
        JsonNode broken = server.get("/api/v1/pipelines/broken").json();
        assertThat(broken.path("valid").asBoolean()).isFalse();
        assertThat(broken.has("yaml")).isFalse();
        assertThat(broken.path("problems")).isNotEmpty();
        assertThat(server.get("/api/v1/pipelines/notes").status()).isEqualTo(404);
        assertThat(server.post("/api/v1/runs", "{\"pipeline\": \"broken\"}").status())
                .isEqualTo(422);
        Files.delete(server.pipelines.resolve("broken.yaml"));
        Files.delete(server.pipelines.resolve("binary.yaml"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..%2f..%2fetc%2fpasswd",
                "%2e%2e",
                ".hidden",
                "a%00b",
                "a%5cb",
                "-rf",
                "a%2fb",
                "%252e%252e%252fx"
            })
    void names_lead_nowhere_else(String name) throws IOException {
        Files.writeString(server.folder.resolve("outside.yaml"), TestServer.yaml("outside", "rows: 1"));
        assertThat(server.get("/api/v1/pipelines/" + name).status()).isIn(400, 404);
        assertThat(server.put("/api/v1/pipelines/" + name, TestServer.yaml("x", "rows: 1"))
                        .status())
                .isIn(400, 404, 405);
        assertThat(server.get("/api/v1/pipelines/..%2foutside").status()).isIn(400, 404);
    }

    @Test
    void a_pipeline_is_validated_with_and_without_its_connectors() {
        server.store("valid", "rows: 1");
        assertThat(server.post("/api/v1/pipelines/valid/validate", "")
                        .json()
                        .path("valid")
                        .asBoolean())
                .isTrue();
        server.store("unfit", "mode: error, when: validate");
        JsonNode unfit = server.post("/api/v1/pipelines/unfit/validate", "").json();
        assertThat(unfit.path("valid").asBoolean()).isFalse();
        assertThat(unfit.path("findings").path(0).path("level").asText()).isEqualTo("error");
        assertThat(server.post("/api/v1/pipelines/unfit/validate?connect=false", "")
                        .json()
                        .path("valid")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void streams_are_discovered() {
        server.store("offering", "streams: [a, b]");
        JsonNode streams =
                server.get("/api/v1/pipelines/offering/streams").json().path("streams");
        assertThat(List.of(
                        streams.path(0).path("name").asText(),
                        streams.path(1).path("name").asText()))
                .containsExactly("a", "b");
        server.store("silent", "mode: error, when: discover");
        assertThat(server.get("/api/v1/pipelines/silent/streams").status()).isEqualTo(502);
    }

    @Test
    void state_is_shown_and_reset() {
        server.store("kept", "rows: 10");
        server.ended(server.run("kept"));
        JsonNode state = server.get("/api/v1/pipelines/kept/state").json();
        assertThat(state.path("streams").path(0).path("load").path("rows").asLong())
                .isEqualTo(10);
        assertThat(server.post("/api/v1/pipelines/kept/state/reset", "{\"streams\": [\"nothing\"]}")
                        .status())
                .isEqualTo(400);
        Reply reset = server.post("/api/v1/pipelines/kept/state/reset", "{\"streams\": [\"numbers\"]}");
        assertThat(reset.json().path("streams").path(0).path("stream").asText()).isEqualTo("numbers");
        assertThat(server.get("/api/v1/pipelines/kept/dead-letters").json().path("dead_letters"))
                .isEmpty();
        assertThat(server.get("/api/v1/pipelines/kept/dead-letters/7").status()).isEqualTo(404);
    }

    @Test
    void the_server_tells_of_itself() {
        assertThat(server.get("/health/live").status()).isEqualTo(200);
        assertThat(server.get("/health/ready").status()).isEqualTo(200);
        assertThat(server.get("/api/v1/version").json().path("api").asText()).isEqualTo("v1");
        assertThat(server.get("/api/v1/connectors").json().path("connectors"))
                .anySatisfy(each -> assertThat(each.path("name").asText()).isEqualTo("test-source"));
        assertThat(server.get("/api/v1/openapi.yaml").http().body()).startsWith("openapi: 3.1");
    }
}
