package io.rapidbyte.connector;

import static io.rapidbyte.connector.ConfigCheckTest.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.net.EchoServer;
import io.rapidbyte.connector.net.GuestSockets;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.ReadSummary;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.TransformSummary;
import io.rapidbyte.model.WriteSummary;
import io.rapidbyte.wasm.GuestEngine;
import io.rapidbyte.wasm.GuestThread;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances of the test connectors, each test inside a leak check. */
class ConnectorInstanceTest {
    /** Cold guests on a busy machine are slow; a hang is what this catches. */
    private static final long TEST_SECONDS = 60;

    @TempDir
    Path folder;

    private final RecordingPort port = new RecordingPort();
    private int instancesBefore;
    private int socketsBefore;

    @BeforeEach
    void count() {
        instancesBefore = GuestEngine.shared().liveInstances();
        socketsBefore = GuestSockets.live();
    }

    @AfterEach
    void leaves_nothing_open() {
        assertThat(GuestEngine.shared().liveInstances()).isEqualTo(instancesBefore);
        assertThat(GuestSockets.live()).isEqualTo(socketsBefore);
    }

    interface Use<T> {
        T of(ConnectorInstance instance) throws Exception;
    }

    @Test
    void a_source_emits_its_rows_and_counts_them() throws Exception {
        ReadSummary summary = source("{\"rows\": 250, \"batch_rows\": 100, \"barrier_every\": 2}", instance -> {
            ReadSummary read = instance.runRead(TwinsTest.CONTEXT);
            assertThat(instance.timings().snapshot().get("guest")).isPositive();
            assertThat(instance.timings().snapshot().get("emit")).isPositive();
            assertThat(instance.timings().snapshot().get("module-load")).isPositive();
            return read;
        });
        assertThat(summary.rows()).isEqualTo(250);
        assertThat(summary.batches()).isEqualTo(port.emitted.size());
        assertThat(port.barriers).isNotEmpty();
    }

    @Test
    void a_transform_takes_each_batch_and_gives_it_back_to_its_owner() throws Exception {
        byte[] batch = oneBatch();
        port.offer(batch);
        port.offer(batch);
        TransformSummary summary =
                use("test-transform", ConnectorRole.TRANSFORM, "{}", instance -> instance.runTransform(plain()));
        assertThat(summary.rowsIn()).isEqualTo(20);
        assertThat(port.emitted).hasSize(2);
        assertThat(port.released).isEqualTo(2);
    }

    @Test
    void a_destination_consumes_to_the_end_and_confirms_barriers() throws Exception {
        source("{\"rows\": 20, \"batch_rows\": 10}", instance -> instance.runRead(plain()));
        port.offer(port.emitted.getFirst());
        port.inbound.add(new Inbound.Barrier(77, "position", true));
        port.offer(port.emitted.getLast());
        WriteSummary summary =
                use("test-dest", ConnectorRole.DESTINATION, "{}", instance -> instance.runWrite(plain()));
        assertThat(summary.rows()).isEqualTo(20);
        assertThat(port.released).isEqualTo(2);
        assertThat(port.confirmed).containsExactly(77L);
    }

    @Test
    void a_source_can_be_asked_what_it_has() throws Exception {
        List<DiscoveredStream> streams = source("{\"streams\": [\"a\", \"ü.\\\"B\\\"\"]}", ConnectorInstance::discover);
        assertThat(streams).extracting(DiscoveredStream::name).containsExactly("a", "ü.\"B\"");
        assertThat(streams.getFirst().schema().primaryKey()).containsExactly("id");
    }

    @Test
    void findings_name_their_stream() throws Exception {
        List<Finding> findings = source("{}", instance -> instance.validate(List.of(plain())));
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Finding.Level.OK);
            assertThat(finding.streamName()).contains("numbers");
        });
    }

    @Test
    void every_field_of_the_stream_context_reaches_the_guest() throws Exception {
        source("{\"echo_context\": true, \"rows\": 0}", instance -> instance.runRead(TwinsTest.CONTEXT));
        assertThat(port.lines)
                .anySatisfy(line -> assertThat(line)
                        .contains("All Types", "Incremental", "Upsert", "region", "näme")
                        .contains("updated_at", "tie", "timestamptz", "2026-01-02 03:04:05+00", "42")
                        .contains("bigint", "int64", "utf8")
                        .contains("101", "102", "103", "104", "105", "106")
                        .contains("Dlq", "Ignore", "Fail", "Coerce", "Ctid")
                        .contains("pipe", "run-1", "load-1"));
    }

    @Test
    void the_connectors_own_error_arrives_as_it_is() throws Exception {
        ConnectorError error = failure("""
                {"mode": "error", "error_category": "rate-limit", "retryable": true, "retry_after_ms": 1234}""");
        assertThat(error.category()).isEqualTo(ErrorCategory.RATE_LIMIT);
        assertThat(error.retryable()).isTrue();
        assertThat(error.retryAfterMs()).contains(1234L);
    }

    @ParameterizedTest
    @CsvSource({"trap,guest.trap", "panic,guest.trap", "stack_bomb,guest.trap", "wild_emit,guest.abi-violation"})
    void what_kills_a_guest_is_an_internal_error(String mode, String code) throws Exception {
        ConnectorError error = failure("{\"mode\": \"" + mode + "\"}");
        assertThat(error.category()).isEqualTo(ErrorCategory.INTERNAL);
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.message()).contains("rapidbyte/test-source").contains("run-read");
        assertThat(error.retryable()).isFalse();
    }

    @Test
    void a_trap_tells_the_guests_stack() throws Exception {
        assertThat(failure("{\"mode\": \"trap\"}").details())
                .hasValueSatisfying(details -> assertThat(details).contains("\"stack\":[\""));
    }

    @Test
    void memory_is_capped() throws Exception {
        ConnectorError error = failure("{\"mode\": \"memory_bomb\"}");
        assertThat(error.category()).isEqualTo(ErrorCategory.INTERNAL);
    }

    @Test
    void an_empty_batch_is_a_protocol_error() throws Exception {
        assertThat(failure("{\"mode\": \"empty_emit\"}").code()).isEqualTo("protocol.emit-batch");
    }

    @ParameterizedTest
    @CsvSource({"unknown_socket,net.unknown-socket", "forbidden_connect,net.denied"})
    void what_the_manifest_does_not_grant_is_refused(String mode, String code) throws Exception {
        assertThat(failure("{\"mode\": \"" + mode + "\"}").code()).isEqualTo(code);
    }

    @Test
    void a_flood_of_log_lines_is_thinned_and_told() throws Exception {
        source("{\"mode\": \"log_flood\", \"rows\": 1}", instance -> {
            try {
                return Optional.of(instance.runRead(plain()));
            } catch (ConnectorException e) {
                return Optional.empty();
            }
        });
        assertThat(port.lines)
                .hasSizeLessThan(20_000)
                .anySatisfy(line -> assertThat(line).contains("dropped"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spin", "polite_spin"})
    void a_cancel_stops_a_guest_that_spins(String mode) throws Exception {
        CompletableFuture<ConnectorInstance> running = new CompletableFuture<>();
        CompletableFuture<ConnectorError> outcome = onGuestThread(() -> {
            ConnectorException thrown = catchThrowableOfType(
                    ConnectorException.class,
                    () -> use("test-source", ConnectorRole.SOURCE, "{\"mode\": \"" + mode + "\"}", instance -> {
                        running.complete(instance);
                        return instance.runRead(plain());
                    }));
            return thrown.error();
        });
        ConnectorInstance instance = running.get(TEST_SECONDS, TimeUnit.SECONDS);
        Thread.sleep(300);
        instance.cancel();
        instance.cancel();
        assertThat(outcome.get(TEST_SECONDS, TimeUnit.SECONDS).category()).isEqualTo(ErrorCategory.CANCELLED);
    }

    @Test
    void what_a_server_says_reaches_the_guest_and_comes_out_of_it() throws Exception {
        try (EchoServer server = new EchoServer()) {
            ReadSummary summary = probe(server.port(), "{\"host\": \"localhost\"}", "echo");
            assertThat(summary.bytes()).isEqualTo(4);
            assertThat(port.emitted).singleElement().isEqualTo("ping".getBytes(UTF_8));
        }
    }

    @Test
    void a_stream_is_read_to_its_end_through_guest_memory() throws Exception {
        byte[] block = new byte[1 << 16];
        int blocks = 512;
        try (EchoServer server = new EchoServer(socket -> {
            for (int i = 0; i < blocks; i++) {
                socket.getOutputStream().write(block);
            }
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        })) {
            long start = System.nanoTime();
            ReadSummary summary = probe(server.port(), "{\"host\": \"localhost\"}", "drain");
            assertThat(summary.bytes()).isEqualTo((long) blocks * block.length);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(TEST_SECONDS));
        }
    }

    @Test
    void only_hosts_that_the_settings_name_are_reached() throws Exception {
        try (EchoServer server = new EchoServer()) {
            ConnectorException thrown = catchThrowableOfType(
                    ConnectorException.class, () -> probe(server.port(), "{\"host\": \"example.com\"}", "echo"));
            assertThat(thrown.error().code()).isEqualTo("net.denied");
        }
    }

    @Test
    void a_cancel_ends_a_guest_that_waits_for_a_server() throws Exception {
        try (EchoServer silent = new EchoServer(socket -> sleep(20_000))) {
            CompletableFuture<ConnectorInstance> running = new CompletableFuture<>();
            CompletableFuture<ConnectorError> outcome = onGuestThread(() -> {
                ConnectorException thrown = catchThrowableOfType(
                        ConnectorException.class,
                        () -> use(probeConnector(silent.port()), "{\"host\": \"localhost\"}", instance -> {
                            running.complete(instance);
                            return instance.runRead(named("echo"));
                        }));
                return thrown.error();
            });
            ConnectorInstance instance = running.get(TEST_SECONDS, TimeUnit.SECONDS);
            Thread.sleep(300);
            long start = System.nanoTime();
            instance.cancel();
            assertThat(outcome.get(TEST_SECONDS, TimeUnit.SECONDS).category()).isEqualTo(ErrorCategory.CANCELLED);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void a_module_that_is_none_is_a_config_error() throws Exception {
        Path file = ConnectorCatalogTest.install(folder, "source-none", "1.0.0", "not wasm".getBytes(UTF_8), "{}");
        Connector connector = ConnectorCatalog.of(List.of()).resolve(file.toString(), ConnectorRole.SOURCE);
        ConnectorException thrown =
                catchThrowableOfType(ConnectorException.class, () -> use(connector, "{}", ConnectorInstance::discover));
        assertThat(thrown.error().category()).isEqualTo(ErrorCategory.CONFIG);
        assertThat(thrown.error().message()).contains("source-none");
    }

    @Test
    void a_module_that_lacks_an_export_is_a_config_error_that_names_it() throws Exception {
        Path file = ConnectorCatalogTest.install(folder, "source-bare", "1.0.0", "\0asm\1\0\0\0".getBytes(UTF_8), "{}");
        Connector connector = ConnectorCatalog.of(List.of()).resolve(file.toString(), ConnectorRole.SOURCE);
        ConnectorException thrown =
                catchThrowableOfType(ConnectorException.class, () -> use(connector, "{}", ConnectorInstance::discover));
        assertThat(thrown.error().code()).isEqualTo("connector.unfit-module");
    }

    private byte[] oneBatch() throws Exception {
        source("{\"rows\": 10}", instance -> instance.runRead(plain()));
        return port.emitted.removeLast();
    }

    private ConnectorError failure(String config) {
        return catchThrowableOfType(
                        ConnectorException.class, () -> source(config, instance -> instance.runRead(plain())))
                .error();
    }

    private static StreamContext plain() {
        return named("numbers");
    }

    static StreamContext named(String name) {
        StreamContext all = TwinsTest.CONTEXT;
        return new StreamContext(
                name,
                all.syncMode(),
                all.writeMode(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                new io.rapidbyte.model.StreamLimits(1 << 20, 1 << 20, 16, 0, 0, 0),
                all.policies(),
                Optional.empty(),
                all.run());
    }

    private ReadSummary probe(int serverPort, String config, String stream) throws Exception {
        return use(probeConnector(serverPort), config, instance -> instance.runRead(named(stream)));
    }

    private Connector probeConnector(int serverPort) throws IOException, ConnectorException {
        return probe(folder, serverPort);
    }

    /** The probe with the server's port written into its data. */
    static Connector probe(Path folder, int serverPort) throws IOException, ConnectorException {
        byte[] wasm;
        try (InputStream in = Objects.requireNonNull(ConnectorInstanceTest.class.getResourceAsStream("probe.wasm"))) {
            wasm = in.readAllBytes();
        }
        int at = new String(wasm, StandardCharsets.ISO_8859_1).indexOf("PORT");
        for (int i = 0; i < Integer.BYTES; i++) {
            wasm[at + i] = (byte) (serverPort >>> (8 * i));
        }
        Path file = ConnectorCatalogTest.install(
                folder, "probe", "1.0.0", wasm, "{\"network\": {\"allow_runtime_config_domains\": true}}");
        return ConnectorCatalog.of(List.of()).resolve(file.toString(), ConnectorRole.SOURCE);
    }

    private <T> T source(String config, Use<T> use) throws Exception {
        return use("test-source", ConnectorRole.SOURCE, config, use);
    }

    private <T> T use(String name, ConnectorRole role, String config, Use<T> use) throws Exception {
        return use(ConnectorCatalog.of(List.of()).resolve(name, role), role, config, use);
    }

    private <T> T use(Connector connector, String config, Use<T> use) throws Exception {
        return use(connector, ConnectorRole.SOURCE, config, use);
    }

    private <T> T use(Connector connector, ConnectorRole role, String config, Use<T> use) throws Exception {
        Work<T> work = () -> {
            ObjectNode settings = json(config);
            assertThat(connector.checkConfig(settings)).isEmpty();
            try (ConnectorInstance instance =
                    connector.instantiate(role, InstanceSettings.DEFAULT, port, new MemoryConnectorState())) {
                instance.open(settings);
                return use.of(instance);
            }
        };
        if (Thread.currentThread() instanceof GuestThread) {
            return work.run();
        }
        try {
            return onGuestThread(work).get(TEST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private interface Work<T> {
        T run() throws Exception;
    }

    private static <T> CompletableFuture<T> onGuestThread(Work<T> work) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        GuestThread.start("test-guest", () -> {
            try {
                outcome.complete(work.run());
            } catch (Exception | AssertionError e) {
                outcome.completeExceptionally(e);
            }
        });
        return outcome;
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
