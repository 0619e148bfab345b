package io.rapidbyte.connector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.wasm.GuestThread;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connector is handed secrets and may tell them; the host does not hand on what it tells (I31). */
class RedactionTest {
    private static final String SECRET = "p@ss/w'ö\"rd\\ 1+2";
    private static final String KEY_LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC";
    private static final String PEM = "-----BEGIN PRIVATE KEY-----\n" + KEY_LINE + "\n-----END PRIVATE KEY-----\n";

    @TempDir
    Path folder;

    private final RecordingPort port = new RecordingPort();

    @ParameterizedTest
    @ValueSource(strings = {"trap", "error", "dlq"})
    void nothing_that_a_connector_tells_holds_its_secrets(String stream) throws Exception {
        List<String> told = new ArrayList<>();
        ConnectorException thrown = live(stream);
        told.add(thrown.error().toString());
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        told.add(trace.toString());
        told.addAll(port.lines);
        port.rejected.forEach(rejected -> told.add(rejected.code() + rejected.message()));

        assertThat(told)
                .allSatisfy(text -> assertThat(text)
                        .doesNotContain(SECRET)
                        .doesNotContain("p@ss")
                        .doesNotContain("rd\\\\ 1+2")
                        .doesNotContain(KEY_LINE)
                        .doesNotContain("4711471147"));
        assertThat(thrown.error().toString()).contains(Redaction.REDACTED).contains("db.example");
        assertThat(port.lines)
                .anySatisfy(
                        line -> assertThat(line).contains(Redaction.REDACTED).contains("db.example"));
    }

    @Test
    void every_form_that_messages_bring_a_secret_to_is_taken_out() {
        Redaction redaction = Redaction.of(List.of(SECRET, PEM));
        byte[] bytes = SECRET.getBytes(StandardCharsets.UTF_8);
        String url = URLEncoder.encode(SECRET, StandardCharsets.UTF_8);
        for (String form : List.of(
                SECRET,
                url,
                url.replace("+", "%20"),
                url.replace("%2F", "%2f")
                        .replace("%C3%B6", "%c3%b6")
                        .replace("%5C", "%5c")
                        .replace("%2B", "%2b")
                        .replace("+", "%20"),
                "p@ss/w''ö\"rd\\ 1+2",
                "p@ss/w'ö\\\"rd\\\\ 1+2",
                "p@ss/w\\'ö\"rd\\\\ 1+2",
                Base64.getEncoder().withoutPadding().encodeToString(bytes),
                KEY_LINE)) {
            assertThat(redaction.text("a " + form + " b")).isEqualTo("a [redacted] b");
        }
    }

    @Test
    void what_is_too_short_to_be_a_secret_tears_no_words_apart() {
        assertThat(Redaction.of(List.of("a", "the", "")).text("on the table")).isEqualTo("on the table");
    }

    @Test
    void a_secret_within_another_leaves_no_rest() {
        assertThat(Redaction.of(List.of("pass", "password")).text("password pass"))
                .isEqualTo("[redacted] [redacted]");
    }

    private ConnectorException live(String stream) throws Exception {
        ObjectNode settings = JsonNodeFactory.instance
                .objectNode()
                .put("host", "db.example")
                .put("password", SECRET)
                .put("tlsKey", PEM);
        settings.putObject("nested").put("api_key", 4711471147L);
        Connector gossip = gossip();
        CompletableFuture<ConnectorException> outcome = new CompletableFuture<>();
        GuestThread.start("gossip", () -> {
            try (ConnectorInstance instance = gossip.instantiate(
                    ConnectorRole.SOURCE, InstanceSettings.DEFAULT, port, new MemoryConnectorState())) {
                instance.open(settings);
                instance.runRead(ConnectorInstanceTest.named(stream));
                outcome.completeExceptionally(new AssertionError("it succeeded"));
            } catch (ConnectorException e) {
                outcome.complete(e);
            } catch (RuntimeException | AssertionError e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome.get(60, TimeUnit.SECONDS);
    }

    private Connector gossip() throws Exception {
        try (InputStream in = Objects.requireNonNull(RedactionTest.class.getResourceAsStream("gossip.wasm"))) {
            Path file = ConnectorCatalogTest.install(folder, "gossip", "1.0.0", in.readAllBytes(), "{}", """
                    {"properties": {"tlsKey": {"writeOnly": true}}}""");
            return ConnectorCatalog.of(List.of()).resolve(file.toString(), ConnectorRole.SOURCE);
        }
    }
}
