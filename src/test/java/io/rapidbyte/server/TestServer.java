package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchema;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.EngineOptions;
import io.rapidbyte.state.StateLocation;
import io.rapidbyte.telemetry.Telemetry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** A server with an engine of its own, real sockets, and connectors that make rows up. Every JSON answer is held against the API's description. */
final class TestServer implements AutoCloseable {
    static final String TOKEN = "operate-0123456789abcdef";
    static final String READ_TOKEN = "read-0123456789abcdef012";
    static final int PATIENCE_SECONDS = 60;

    private static final ApiDescription DESCRIPTION = ApiDescription.load();
    private static final ObjectMapper JSON = new ObjectMapper();

    final Path folder;
    final Path pipelines;
    final Vertx vertx = Vertx.vertx();
    final Engine engine;
    final Server server;
    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-01T00:00:00Z"));

    /** Every request on a connection of its own would not tell whether they can be used again. */
    private final HttpClient client = HttpClient.newBuilder().build();

    private boolean stopped;

    record Reply(int status, JsonNode json, HttpResponse<String> http) {}

    private TestServer(Path folder, int maxRuns, Duration grace) {
        this.folder = folder;
        this.pipelines = folder.resolve("pipelines");
        try {
            Files.createDirectories(pipelines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        engine = await(Engine.start(
                vertx,
                new EngineOptions(
                        List.of(Path.of("connectors")), new StateLocation.SqliteFile(folder.resolve("state.db")))));
        InstantSource clock = now::get;
        server = await(Server.start(vertx, engine, options(folder, maxRuns, grace), new Telemetry(), clock));
    }

    static ServerOptions options(Path folder, int maxRuns, Duration grace) {
        return new ServerOptions(
                "127.0.0.1",
                0,
                folder.resolve("pipelines"),
                Map.of(
                        Tokens.OPERATE_VARIABLE,
                        TOKEN,
                        Tokens.READ_VARIABLE,
                        READ_TOKEN,
                        "SECRET",
                        folder.resolve("referred.db").toString()),
                folder.resolve("data"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                maxRuns,
                grace);
    }

    static TestServer start(Path folder) {
        return new TestServer(folder, 16, Duration.ofSeconds(PATIENCE_SECONDS));
    }

    static TestServer start(Path folder, int maxRuns, Duration grace) {
        return new TestServer(folder, maxRuns, grace);
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + PATIENCE_SECONDS + " s", e);
        }
    }

    /** A pipeline of one stream of made-up rows. */
    static String yaml(String name, String source) {
        return """
                version: "1.0"
                pipeline: %s
                source:
                  use: test-source
                  config: {%s}
                  streams:
                    - name: numbers
                destination:
                  use: test-dest
                  config: {}
                  write_mode: append
                """.formatted(name, source);
    }

    void store(String name, String source) {
        try {
            Files.writeString(pipelines.resolve(name + ".yaml"), yaml(name, source));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    URI uri(String scheme, String path) {
        return URI.create(scheme + "://127.0.0.1:" + server.port() + path);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri("http", path))
                .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                .header("authorization", "Bearer " + TOKEN);
    }

    Reply get(String path) {
        return send(request(path).GET());
    }

    Reply post(String path, String json, String... headers) {
        HttpRequest.Builder request = request(path);
        if (!json.isEmpty()) {
            request.header("content-type", "application/json");
        }
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.POST(HttpRequest.BodyPublishers.ofString(json)));
    }

    Reply put(String path, String yaml, String... headers) {
        HttpRequest.Builder request = request(path).header("content-type", "application/yaml");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.PUT(HttpRequest.BodyPublishers.ofString(yaml)));
    }

    Reply send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        try {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            String type = response.headers().firstValue("content-type").orElse("");
            JsonNode json = type.endsWith("json") ? JSON.readTree(response.body()) : JSON.missingNode();
            operation(request).ifPresent(operation -> hold(operation, response.statusCode(), type, json));
            assertThat(response.headers().firstValue("x-content-type-options")).contains("nosniff");
            if (response.statusCode() >= 400) {
                assertThat(type).isEqualTo(HttpProblem.MEDIA_TYPE);
                assertThat(json.path("type").asText()).startsWith("urn:rapidbyte:problem:");
                assertThat(json.path("status").asInt()).isEqualTo(response.statusCode());
                assertThat(json.path("detail").asText()).isNotEmpty();
            }
            return new Reply(response.statusCode(), json, response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<Operation> operation(HttpRequest request) {
        return DESCRIPTION.operations().stream()
                .filter(operation -> operation.method().name().equals(request.method()))
                .filter(operation ->
                        request.uri().getPath().matches(operation.path().replaceAll("\\{[a-z_]+}", "[^/]+")))
                .findFirst();
    }

    private static void hold(Operation operation, int status, String type, JsonNode json) {
        if (json.isMissingNode()) {
            return;
        }
        JsonSchema schema = DESCRIPTION
                .answer(operation.id(), status, type)
                .orElseThrow(() -> new AssertionError(operation.id() + " answers " + status + " " + type
                        + ", of which its description says nothing"));
        assertThat(schema.validate(json))
                .as("the answer of " + operation.id() + " beside its description: " + json)
                .isEmpty();
    }

    /** Starts a run; its id. */
    String run(String pipeline) {
        Reply reply = post("/api/v1/runs", "{\"pipeline\": \"" + pipeline + "\"}");
        assertThat(reply.status()).as(reply.json().toString()).isEqualTo(202);
        return reply.json().path("run_id").asText();
    }

    /** The run once it has ended. */
    JsonNode ended(String runId) {
        try (Feed feed = Feed.open(this, "/api/v1/runs/" + runId + "/progress")) {
            feed.untilClosed();
        }
        return get("/api/v1/runs/" + runId).json();
    }

    void stop() {
        if (!stopped) {
            stopped = true;
            await(server.stop());
        }
    }

    @Override
    public void close() {
        client.close();
        stop();
        await(engine.close());
        await(vertx.close());
    }
}
