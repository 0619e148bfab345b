package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.LogLines;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.server.TestServer.Reply;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what. */
@Timeout(120)
@ExtendWith(SharedServer.class)
class AccessTest {
    private final TestServer server;

    AccessTest(TestServer server) {
        this.server = server;
        server.store("plain", "rows: 1");
    }

    private HttpRequest.Builder bare(String path) {
        return HttpRequest.newBuilder(server.uri("http", path));
    }

    private HttpRequest.Builder with(String token, String path) {
        return bare(path).header("authorization", "Bearer " + token);
    }

    @Test
    void every_operation_but_the_open_ones_takes_a_token() {
        for (Operation operation : ApiDescription.load().operations()) {
            String path = operation
                    .path()
                    .replace("{pipeline}", "plain")
                    .replace("{run}", "0123456789abcdef")
                    .replace("{letter}", "1");
            Reply reply =
                    server.send(bare(path).method(operation.method().name(), HttpRequest.BodyPublishers.noBody()));
            if (operation.role() == Role.OPEN) {
                assertThat(reply.status()).as(operation.id()).isEqualTo(200);
            } else {
                assertThat(reply.status()).as(operation.id()).isEqualTo(401);
                assertThat(reply.http().headers().firstValue("www-authenticate"))
                        .contains("Bearer");
            }
        }
    }

    @Test
    void who_may_read_may_not_operate() {
        for (Operation operation : ApiDescription.load().operations()) {
            if (operation.role() == Role.OPERATE) {
                String path = operation.path().replace("{pipeline}", "plain").replace("{run}", "0123456789abcdef");
                assertThat(server.send(with(TestServer.READ_TOKEN, path)
                                        .method(operation.method().name(), HttpRequest.BodyPublishers.noBody()))
                                .status())
                        .as(operation.id())
                        .isEqualTo(403);
            }
        }
        assertThat(server.send(with(TestServer.READ_TOKEN, "/api/v1/pipelines").GET())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void wrong_tokens_are_soon_not_even_looked_at_and_right_ones_always_are() {
        for (int i = 0; i < FailureBudget.BURST; i++) {
            assertThat(server.send(with("wrong-" + i, "/api/v1/version").GET()).status())
                    .isEqualTo(401);
        }
        Reply beyond = server.send(with("wrong", "/api/v1/version").GET());
        assertThat(beyond.status()).isEqualTo(429);
        assertThat(beyond.http().headers().firstValue("retry-after")).isPresent();
        assertThat(server.get("/api/v1/version").status()).isEqualTo(200);
        server.now.updateAndGet(time -> time.plusSeconds(FailureBudget.REFILL_SECONDS));
        assertThat(server.send(with("wrong", "/api/v1/version").GET()).status()).isEqualTo(401);
        server.now.updateAndGet(time -> time.plusSeconds(FailureBudget.BURST * (long) FailureBudget.REFILL_SECONDS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Bearer",
                "Bearer ",
                "Basic cmFwaWQ6Ynl0ZQ==",
                "Bearer operate-0123456789abcde",
                "operate-0123456789abcdef"
            })
    void what_is_no_token_opens_nothing(String header) {
        server.now.updateAndGet(time -> time.plusSeconds(60));
        HttpRequest.Builder request = bare("/api/v1/version");
        if (!header.isEmpty()) {
            request.header("authorization", header);
        }
        assertThat(server.send(request.GET()).status()).isEqualTo(401);
    }

    @Test
    void pages_of_other_origins_are_refused() {
        String own = server.uri("http", "").toString();
        assertThat(server.send(server.request("/api/v1/version")
                                .header("origin", own)
                                .GET())
                        .status())
                .isEqualTo(200);
        Reply foreign = server.send(server.request("/api/v1/version")
                .header("origin", "https://evil.example")
                .GET());
        assertThat(foreign.status()).isEqualTo(403);
        assertThat(foreign.http().headers().map()).doesNotContainKey("access-control-allow-origin");
        assertThat(handshake("https://evil.example", "rapidbyte.v1", "bearer." + base64(TestServer.TOKEN)))
                .isEqualTo(403);
    }

    @Test
    void a_page_of_ours_opens_a_feed_with_its_token_as_subprotocol() {
        String own = server.uri("http", "").toString();
        assertThat(handshake(own, "rapidbyte.v1", "bearer." + base64(TestServer.READ_TOKEN)))
                .isEqualTo(101);
        assertThat(handshake(own, "rapidbyte.v1", "bearer." + base64("wrong"))).isEqualTo(401);
        assertThat(handshake(own, "rapidbyte.v1")).isEqualTo(401);
    }

    @Test
    void every_change_that_is_asked_for_leaves_a_line() {
        List<String> lines;
        try (LogLines log = LogLines.of("io.rapidbyte.audit")) {
            server.get("/api/v1/version");
            server.ended(server.run("plain"));
            server.post("/api/v1/runs/0123456789abcdef/cancel", "");
            // an answer may be here before its line; that of the next request is not
            server.get("/api/v1/version");
            lines = log.lines();
        }
        assertThat(lines)
                .containsExactly(
                        "startRun /api/v1/runs by operate from 127.0.0.1: 202",
                        "cancelRun /api/v1/runs/0123456789abcdef/cancel by operate from 127.0.0.1: 404");
    }

    private static String base64(String token) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(StandardCharsets.UTF_8));
    }

    /** The status with which the server answers. */
    private int handshake(String origin, String protocol, String... more) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            WebSocket socket = client.newWebSocketBuilder()
                    .header("origin", origin)
                    .subprotocols(protocol, more)
                    .buildAsync(server.uri("ws", "/api/v1/runs/progress"), new WebSocket.Listener() {})
                    .join();
            assertThat(socket.getSubprotocol()).isEqualTo(Access.SUBPROTOCOL);
            socket.abort();
            return 101;
        } catch (CompletionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                return refused.getResponse().statusCode();
            }
            throw e;
        }
    }

    private static ServerOptions options(Path data, String host, Map<String, String> environment, Optional<Path> file) {
        return new ServerOptions(
                host, 0, data, environment, data, file, Optional.empty(), Optional.empty(), 1, Duration.ofSeconds(1));
    }

    @Test
    void a_server_that_others_can_reach_needs_a_token(@TempDir Path data) {
        assertThatThrownBy(() -> Tokens.of(options(data, "0.0.0.0", Map.of(), Optional.empty())))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        e -> assertThat(e.failure().kind()).isEqualTo(FailureKind.USAGE))
                .hasMessageContaining("--token-file");
        assertThat(Tokens.of(options(
                                data, "0.0.0.0", Map.of(Tokens.OPERATE_VARIABLE, TestServer.TOKEN), Optional.empty()))
                        .roleOf(TestServer.TOKEN))
                .isEqualTo(Role.OPERATE);
    }

    @Test
    void without_one_a_token_is_made_for_the_owner_alone_and_kept(@TempDir Path data) throws IOException {
        Tokens made = Tokens.of(options(data, "127.0.0.1", Map.of(), Optional.empty()));
        Path file = made.generated().orElseThrow();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        String token = Files.readString(file).strip();
        assertThat(made.roleOf(token)).isEqualTo(Role.OPERATE);
        assertThat(made.roleOf("")).isEqualTo(Role.OPEN);
        assertThat(Tokens.of(options(data, "127.0.0.1", Map.of(), Optional.empty()))
                        .roleOf(token))
                .isEqualTo(Role.OPERATE);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(() -> Tokens.of(options(data, "127.0.0.1", Map.of(), Optional.empty())))
                .hasMessageContaining("others may read");
    }

    @Test
    void a_token_that_could_be_guessed_is_refused(@TempDir Path data) throws IOException {
        Path file = Files.writeString(data.resolve("token"), "secret\n");
        assertThatThrownBy(() -> Tokens.of(options(data, "127.0.0.1", Map.of(), Optional.of(file))))
                .hasMessageContaining("openssl rand")
                .hasMessageNotContaining("secret");
    }
}
