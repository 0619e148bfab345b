package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.connector.net.Certificates;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.telemetry.Telemetry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The server over TLS, with certificates that the test makes. */
@Timeout(120)
class TlsApiTest {
    @TempDir
    static Path folder;

    private static TestServer plain;
    private static Certificates own;

    @BeforeAll
    static void start() throws Exception {
        plain = TestServer.start(folder);
        own = Certificates.generate(folder, "server", "dns:localhost");
        Certificates other = Certificates.generate(folder, "other", "dns:localhost");
        Files.writeString(folder.resolve("own.pem"), own.certificatePem());
        Files.writeString(folder.resolve("own.key"), own.keyPem());
        Files.writeString(folder.resolve("other.key"), other.keyPem());
        Files.writeString(folder.resolve("old.key"), own.keyPem().replace("PRIVATE KEY", "RSA PRIVATE KEY"));
    }

    @AfterAll
    static void stop() {
        plain.close();
    }

    private static Server start(String certificate, String key) {
        ServerOptions.Tls tls = new ServerOptions.Tls(folder.resolve(certificate), folder.resolve(key));
        ServerOptions options = new ServerOptions(
                "127.0.0.1",
                0,
                folder.resolve("pipelines"),
                Map.of(Tokens.OPERATE_VARIABLE, TestServer.TOKEN),
                folder.resolve("data"),
                Optional.empty(),
                Optional.empty(),
                Optional.of(tls),
                1,
                Duration.ofSeconds(1));
        return TestServer.await(Server.start(plain.vertx, plain.engine, options, new Telemetry()));
    }

    @Test
    void requests_and_feeds_go_over_tls_and_nothing_else_does() throws Exception {
        Server server = start("own.pem", "own.key");
        String place = "localhost:" + server.port() + "/api/v1/";
        try (HttpClient client =
                HttpClient.newBuilder().sslContext(own.context()).build()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("https://" + place + "version"))
                    .header("authorization", "Bearer " + TestServer.TOKEN)
                    .header("origin", "https://localhost:" + server.port())
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.sslSession().orElseThrow().getProtocol()).isEqualTo("TLSv1.3");
            assertThat(answer.headers().firstValue("strict-transport-security")).isPresent();

            assertThat(firstMessage(client, "wss://" + place + "runs/progress")).contains("\"snapshot\"");

            assertThatThrownBy(() -> client.send(
                            HttpRequest.newBuilder(URI.create("http://" + place + "version"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString()))
                    .isInstanceOf(IOException.class);
        } finally {
            TestServer.await(server.stop());
        }
    }

    private static String firstMessage(HttpClient client, String url) {
        CompletableFuture<String> first = new CompletableFuture<>();
        WebSocket socket = client.newWebSocketBuilder()
                .header("authorization", "Bearer " + TestServer.TOKEN)
                .buildAsync(URI.create(url), new WebSocket.Listener() {
                    @Override
                    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
                        first.complete(data.toString());
                        return null;
                    }
                })
                .join();
        try {
            return first.orTimeout(TestServer.PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
        } finally {
            socket.abort();
        }
    }

    private static void refused(String certificate, String key, String... words) {
        assertThatThrownBy(() -> start(certificate, key))
                .isInstanceOfSatisfying(FailureException.class, e -> {
                    assertThat(e.failure().kind()).isEqualTo(FailureKind.USAGE);
                    assertThat(e.failure().error().code()).isEqualTo("serve.tls");
                })
                .hasMessageContainingAll(words)
                .hasMessageNotContaining("MIG");
    }

    @Test
    void files_that_do_not_fit_are_refused_before_anything_listens_I31() {
        refused("own.pem", "missing.key", "--tls-key", "missing.key", "NoSuchFile");
        refused("missing.pem", "own.key", "--tls-cert", "missing.pem");
        refused("own.pem", "other.key", "other.key", "is not that of the certificate", "own.pem");
        refused("own.key", "own.key", "--tls-cert", "no certificate");
        refused("own.pem", "own.pem", "--tls-key", "PKCS #8");
        refused("own.pem", "old.key", "--tls-key", "openssl pkcs8");
    }
}
