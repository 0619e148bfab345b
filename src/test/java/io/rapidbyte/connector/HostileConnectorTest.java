package io.rapidbyte.connector;

import static io.rapidbyte.connector.ConfigCheckTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rapidbyte.connector.net.EchoServer;
import io.rapidbyte.connector.net.GuestSockets;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Narrowing;
import io.rapidbyte.wasm.GuestEngine;
import io.rapidbyte.wasm.GuestThread;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/**
 * Whatever a connector does ends in a typed error, or in nothing worse than a line in the log, and leaves nothing
 * behind: no instance, socket, thread or direct memory (I30).
 */
class HostileConnectorTest {
    /** A hang is what this catches. */
    private static final long TEST_SECONDS = 120;

    /** What the platform keeps for itself, such as a thread's buffer for a socket. */
    private static final long SLACK_BYTES = 1 << 20;

    @TempDir
    Path folder;

    private final RecordingPort port = new RecordingPort();
    private final List<GuestThread> guests = new ArrayList<>();
    private int instancesBefore;
    private int socketsBefore;
    private long directBefore;

    @BeforeEach
    void count() throws Exception {
        // What every instance shares is there before anything is counted.
        narrowed("test-source", Map.of()).load();
        instancesBefore = GuestEngine.shared().liveInstances();
        socketsBefore = GuestSockets.live();
        directBefore = directBytes();
    }

    @AfterEach
    void leaves_nothing() throws InterruptedException {
        for (GuestThread guest : guests) {
            guest.join(TimeUnit.SECONDS.toMillis(TEST_SECONDS));
            assertThat(guest.isAlive()).isFalse();
        }
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("cancel-hostile")) {
                assertThat(thread.join(java.time.Duration.ofSeconds(TEST_SECONDS)))
                        .isTrue();
            }
        }
        assertThat(GuestEngine.shared().liveInstances()).isEqualTo(instancesBefore);
        assertThat(GuestSockets.live()).isEqualTo(socketsBefore);
        assertThat(directBytes()).isLessThan(directBefore + SLACK_BYTES);
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow()
                .getMemoryUsed();
    }

    @ParameterizedTest
    @CsvSource({
        "panic, guest.trap",
        "exit, guest.trap",
        "stack_bomb, guest.trap",
        "memory_bomb, guest.out-of-memory",
        "wild_emit, guest.abi-violation",
        "overflow_emit, guest.abi-violation",
        "huge_log, guest.out-of-memory",
        "empty_emit, protocol.emit-batch",
        "unknown_socket, net.unknown-socket",
        "forbidden_connect, net.denied",
    })
    void ends_in_a_typed_error(String mode, String code) throws Exception {
        Connector connector = narrowed("test-source", Map.of("max_memory_mb", 32L));
        ConnectorError error = failure(connector, "{\"mode\": \"" + mode + "\"}", "numbers");
        assertThat(error.code()).isEqualTo(code);
        assertThat(error.retryable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"open", "run", "close"})
    void whenever_it_comes(String when) throws Exception {
        String config = "{\"mode\": \"trap\", \"when\": \"%s\", \"rows\": 1}".formatted(when);
        ConnectorError error = failure(narrowed("test-source", Map.of()), config, "numbers");
        assertThat(error.code()).isEqualTo("guest.trap");
        assertThat(error.message()).contains(when);
    }

    @ParameterizedTest
    @CsvSource({
        "spin, max_spin_seconds",
        "spin, max_cpu_seconds",
        "spin, max_wall_seconds",
        "polite_spin, max_cpu_seconds",
        "polite_spin, max_wall_seconds"
    })
    void a_loop_without_end_is_ended_by_the_clock(String mode, String limit) throws Exception {
        Connector connector = narrowed("test-source", Map.of(limit, 1L));
        ConnectorError error = failure(connector, "{\"mode\": \"" + mode + "\"}", "numbers");
        assertThat(error.code()).isEqualTo("guest.overtime");
        assertThat(error.category()).isEqualTo(ErrorCategory.INTERNAL);
        assertThat(error.message()).contains("limits." + limit).contains("run-read");
    }

    @Test
    void waiting_for_a_server_ends_by_the_clock_as_well() throws Exception {
        try (EchoServer silent =
                new EchoServer(socket -> socket.getInputStream().readAllBytes())) {
            Connector probe = ConnectorInstanceTest.probe(folder, silent.port())
                    .narrow(limits(Map.of("max_wall_seconds", 1L)), new ArrayList<>());
            assertThat(failure(probe, "{\"host\": \"localhost\"}", "echo").code())
                    .isEqualTo("guest.overtime");
        }
    }

    @Test
    void a_silent_server_is_given_up_where_the_limits_say_so() throws Exception {
        try (EchoServer silent =
                new EchoServer(socket -> socket.getInputStream().readAllBytes())) {
            Connector probe = ConnectorInstanceTest.probe(folder, silent.port())
                    .narrow(limits(Map.of("max_idle_seconds", 1L)), new ArrayList<>());
            assertThat(failure(probe, "{\"host\": \"localhost\"}", "echo").code())
                    .isEqualTo("net.idle-timeout");
        }
    }

    @Test
    void traffic_ends_at_its_limit() throws Exception {
        byte[] block = new byte[1 << 20];
        try (EchoServer server = new EchoServer(socket -> {
            while (true) {
                socket.getOutputStream().write(block);
            }
        })) {
            Connector probe = ConnectorInstanceTest.probe(folder, server.port())
                    .narrow(limits(Map.of("max_network_mb", 3L)), new ArrayList<>());
            assertThat(failure(probe, "{\"host\": \"localhost\"}", "drain").code())
                    .isEqualTo("net.too-many-bytes");
        }
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "4"})
    void sockets_end_at_their_limit(long most) throws Exception {
        try (EchoServer server = new EchoServer()) {
            Connector probe = ConnectorInstanceTest.probe(folder, server.port())
                    .narrow(limits(Map.of("max_sockets", most)), new ArrayList<>());
            ConnectorError error = failure(probe, "{\"host\": \"localhost\"}", "sockets");
            assertThat(error.code()).isEqualTo("net.too-many-sockets");
            assertThat(error.message()).contains("has " + most + " sockets open");
        }
    }

    @Test
    void a_pipeline_narrows_where_a_connector_may_go() throws Exception {
        try (EchoServer server = new EchoServer()) {
            Narrowing elsewhere =
                    new Narrowing(Optional.empty(), Optional.of(List.of("db.internal")), Map.of(), List.of(), Map.of());
            Connector probe = ConnectorInstanceTest.probe(folder, server.port()).narrow(elsewhere, new ArrayList<>());
            ConnectorError error = failure(probe, "{\"host\": \"localhost\"}", "echo");
            assertThat(error.code()).isEqualTo("net.denied");
            assertThat(error.message()).contains("localhost").contains("of the pipeline");

            Narrowing encrypted =
                    new Narrowing(Optional.of("required"), Optional.empty(), Map.of(), List.of(), Map.of());
            Connector careful =
                    ConnectorInstanceTest.probe(folder, server.port()).narrow(encrypted, new ArrayList<>());
            assertThat(failure(careful, "{\"host\": \"localhost\"}", "echo").code())
                    .isEqualTo("net.tls-required");
        }
    }

    @Test
    void a_flood_of_metrics_leaves_a_bounded_number_of_names() throws Exception {
        run(ConnectorInstanceTest.probe(folder, 1), "{}", "metrics");
        assertThat(port.lines.stream().filter(line -> line.startsWith("metric")).distinct())
                .hasSize(ReportImports.MAX_METRIC_NAMES);
        assertThat(port.lines).anySatisfy(line -> assertThat(line).contains("metric values"));
    }

    @Test
    void a_flood_of_lines_is_thinned() throws Exception {
        ConnectorError none =
                failure(narrowed("test-source", Map.of()), "{\"mode\": \"log_flood\", \"when\": \"open\"}", "x");
        assertThat(none.code()).isEqualTo("none");
        assertThat(port.lines)
                .hasSizeLessThan(20_000)
                .anySatisfy(line -> assertThat(line).contains("dropped"));
    }

    private static Connector narrowed(String name, Map<String, Long> limits) throws ConnectorException {
        List<ConfigIssue> issues = new ArrayList<>();
        Connector narrowed = ConnectorCatalog.of(List.of())
                .resolve(name, ConnectorRole.SOURCE)
                .narrow(limits(limits), issues);
        assertThat(issues).isEmpty();
        return narrowed;
    }

    private static Narrowing limits(Map<String, Long> limits) {
        return new Narrowing(Optional.empty(), Optional.empty(), Map.of(), List.of(), limits);
    }

    /** The error that a whole life ends with; its code is {@code none} where there is none. */
    private ConnectorError failure(Connector connector, String config, String stream) {
        ConnectorException thrown =
                catchThrowableOfType(ConnectorException.class, () -> run(connector, config, stream));
        return thrown == null
                ? ConnectorError.permanent(ErrorCategory.INTERNAL, "none", "nothing went wrong")
                : thrown.error();
    }

    private void run(Connector connector, String config, String stream) throws Exception {
        CompletableFuture<Boolean> outcome = new CompletableFuture<>();
        guests.add(GuestThread.start("hostile", () -> {
            try {
                live(connector, config, stream);
                outcome.complete(true);
            } catch (Exception | AssertionError e) {
                outcome.completeExceptionally(e);
            }
        }));
        try {
            outcome.get(TEST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    private void live(Connector connector, String config, String stream) throws ConnectorException {
        try (ConnectorInstance instance = connector.instantiate(
                ConnectorRole.SOURCE, InstanceSettings.DEFAULT, port, new MemoryConnectorState())) {
            instance.open(json(config));
            instance.runRead(ConnectorInstanceTest.named(stream));
        }
    }
}
