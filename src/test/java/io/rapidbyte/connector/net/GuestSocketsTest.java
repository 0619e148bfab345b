package io.rapidbyte.connector.net;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GuestSocketsTest {
    /** As PostgreSQL's clients ask for TLS. */
    static final ByteBuffer SSL_REQUEST = ByteBuffer.wrap(new byte[] {0, 0, 0, 8, 4, (byte) 0xd2, 0x16, 0x2f});

    private static final SocketOptions OPTIONS = new SocketOptions(Duration.ofSeconds(5), 2);

    private int liveBefore;
    private GuestSockets sockets = sockets(NetworkPolicy.TlsRule.OPTIONAL);

    @BeforeEach
    void count() {
        liveBefore = GuestSockets.live();
    }

    @AfterEach
    void leaves_no_socket_open() {
        sockets.closeAll();
        assertThat(GuestSockets.live()).isEqualTo(liveBefore);
    }

    @Test
    void bytes_travel_there_and_back_through_direct_memory() throws Exception {
        long seed = System.nanoTime();
        byte[] sent = new byte[3_000_000];
        new Random(seed).nextBytes(sent);
        try (EchoServer server = new EchoServer()) {
            long socket = sockets.connect("localhost", server.port());
            CompletableFuture<byte[]> received =
                    CompletableFuture.supplyAsync(() -> readFully(sockets, socket, sent.length));
            sockets.write(
                    socket,
                    ByteBuffer.allocateDirect(sent.length).put(sent).flip().asReadOnlyBuffer());
            assertThat(received.get(10, TimeUnit.SECONDS)).as("seed %d", seed).isEqualTo(sent);
        }
    }

    @Test
    void the_end_of_the_stream_reads_as_nothing() throws Exception {
        try (EchoServer server =
                new EchoServer(socket -> socket.getOutputStream().write('x'))) {
            long socket = sockets.connect("127.0.0.1", server.port());
            assertThat(readFully(sockets, socket, 1)).isEqualTo("x".getBytes(UTF_8));
            ByteBuffer target = ByteBuffer.allocateDirect(16);
            sockets.read(socket, target);
            assertThat(target.position()).isZero();
        }
    }

    @Test
    void a_refused_connection_is_transient_and_names_the_peer() throws Exception {
        int port;
        try (ServerSocket unused = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = unused.getLocalPort();
        }
        ConnectorError error = errorOf(() -> sockets.connect("localhost", port));
        assertThat(error.category()).isEqualTo(ErrorCategory.TRANSIENT_NETWORK);
        assertThat(error.retryable()).isTrue();
        assertThat(error.message()).contains("localhost:" + port);
    }

    @Test
    void an_unknown_host_is_named() {
        ConnectorError error = errorOf(() -> sockets.connect("no-such-host.invalid", 5432));
        assertThat(error.category()).isEqualTo(ErrorCategory.TRANSIENT_NETWORK);
        assertThat(error.message()).contains("no-such-host.invalid:5432").contains("unknown host");
    }

    @Test
    void a_host_beyond_the_grants_is_refused_before_it_is_looked_up() {
        ConnectorError error = errorOf(() -> sockets.connect("secret-data-in-a-name.evil.invalid", 53));
        assertThat(error.category()).isEqualTo(ErrorCategory.PERMISSION);
        assertThat(error.message()).contains("secret-data-in-a-name.evil.invalid");
    }

    @Test
    void ports_out_of_range_are_refused() {
        assertThat(errorOf(() -> sockets.connect("localhost", 0)).code()).isEqualTo("net.invalid-port");
    }

    @Test
    void no_more_sockets_open_at_once_than_granted() throws Exception {
        try (EchoServer server = new EchoServer()) {
            long first = sockets.connect("localhost", server.port());
            sockets.connect("localhost", server.port());
            assertThat(errorOf(() -> sockets.connect("localhost", server.port()))
                            .code())
                    .isEqualTo("net.too-many-sockets");
            sockets.close(first);
            assertThat(sockets.connect("localhost", server.port())).isNotEqualTo(first);
        }
    }

    @Test
    void unknown_handles_are_errors_but_for_closing() {
        assertThat(errorOf(() -> sockets.read(-1, ByteBuffer.allocate(1))).message())
                .contains("18446744073709551615");
        assertThat(errorOf(() -> sockets.write(7, ByteBuffer.allocate(1))).code())
                .isEqualTo("net.unknown-socket");
        sockets.close(7);
        sockets.close(7);
    }

    @Test
    void a_cancel_ends_a_blocked_read_at_once() throws Exception {
        try (EchoServer server = new EchoServer()) {
            long socket = sockets.connect("localhost", server.port());
            CompletableFuture<Long> cancelledAt = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                sleep(100);
                cancelledAt.complete(System.nanoTime());
                sockets.cancel();
            });
            ConnectorError error = errorOf(() -> sockets.read(socket, ByteBuffer.allocateDirect(16)));
            assertThat(error.category()).isEqualTo(ErrorCategory.CANCELLED);
            assertThat(Duration.ofNanos(System.nanoTime() - cancelledAt.get())).isLessThan(Duration.ofSeconds(2));
        }
    }

    @Test
    void a_cancel_ends_a_blocked_write_at_once() throws Exception {
        try (EchoServer server = new EchoServer(socket -> sleep(10_000))) {
            long socket = sockets.connect("localhost", server.port());
            Thread.ofPlatform().start(() -> {
                sleep(100);
                sockets.cancel();
            });
            ConnectorError error = errorOf(() -> sockets.write(socket, ByteBuffer.allocateDirect(64 << 20)));
            assertThat(error.category()).isEqualTo(ErrorCategory.CANCELLED);
        }
    }

    @Test
    void nothing_connects_after_a_cancel() throws Exception {
        try (EchoServer server = new EchoServer()) {
            sockets.cancel();
            assertThat(errorOf(() -> sockets.connect("localhost", server.port()))
                            .category())
                    .isEqualTo(ErrorCategory.CANCELLED);
        }
    }

    @Test
    void where_tls_is_required_nothing_but_the_question_for_it_goes_in_plain() throws Exception {
        sockets = sockets(NetworkPolicy.TlsRule.REQUIRED);
        try (EchoServer server = new EchoServer()) {
            long asking = sockets.connect("localhost", server.port());
            byte[] question = SSL_REQUEST.array();
            sockets.write(asking, ByteBuffer.wrap(question, 0, 3));
            sockets.write(asking, ByteBuffer.wrap(question, 3, 5));
            for (ByteBuffer more : List.of(SSL_REQUEST.duplicate(), ByteBuffer.wrap("x".getBytes(UTF_8)))) {
                ConnectorError error = errorOf(() -> sockets.write(asking, more));
                assertThat(error.code()).isEqualTo("net.tls-required");
                assertThat(error.category()).isEqualTo(ErrorCategory.PERMISSION);
            }
            long telling = sockets.connect("localhost", server.port());
            assertThat(errorOf(() -> sockets.write(telling, ByteBuffer.wrap("secret".getBytes(UTF_8))))
                            .code())
                    .isEqualTo("net.tls-required");
        }
    }

    @Test
    void where_tls_is_required_no_more_than_an_answer_is_heard_in_plain() throws Exception {
        sockets = sockets(NetworkPolicy.TlsRule.REQUIRED);
        byte[] talk = new byte[GuestSocket.PLAIN_ANSWER_BYTES + 1];
        try (EchoServer server =
                new EchoServer(socket -> socket.getOutputStream().write(talk))) {
            long socket = sockets.connect("localhost", server.port());
            assertThat(errorOf(() -> {
                                while (true) {
                                    sockets.read(socket, ByteBuffer.allocateDirect(talk.length));
                                }
                            })
                            .code())
                    .isEqualTo("net.tls-required");
        }
    }

    @Test
    void a_peer_that_is_silent_too_long_is_given_up() throws Exception {
        sockets = limited(Optional.of(Duration.ofMillis(200)), Long.MAX_VALUE);
        try (EchoServer silent = new EchoServer(socket -> sleep(30_000))) {
            long socket = sockets.connect("localhost", silent.port());
            ConnectorError error = errorOf(() -> sockets.read(socket, ByteBuffer.allocateDirect(16)));
            assertThat(error.code()).isEqualTo("net.idle-timeout");
            assertThat(error.category()).isEqualTo(ErrorCategory.TRANSIENT_NETWORK);
            assertThat(error.message()).contains("localhost:" + silent.port()).contains("max_idle_seconds");
            long full = sockets.connect("localhost", silent.port());
            assertThat(errorOf(() -> sockets.write(full, ByteBuffer.allocateDirect(64 << 20)))
                            .code())
                    .isEqualTo("net.idle-timeout");
        }
    }

    @Test
    void an_instance_sends_and_receives_no_more_bytes_than_it_may() throws Exception {
        sockets = limited(Optional.empty(), 10);
        try (EchoServer server = new EchoServer()) {
            long socket = sockets.connect("localhost", server.port());
            sockets.write(socket, ByteBuffer.allocate(6));
            assertThat(errorOf(() -> sockets.write(socket, ByteBuffer.allocate(5)))
                            .code())
                    .isEqualTo("net.too-many-bytes");
            readFully(sockets, socket, 4);
            assertThat(errorOf(() -> sockets.read(socket, ByteBuffer.allocate(1)))
                            .code())
                    .isEqualTo("net.too-many-bytes");
            long other = sockets.connect("localhost", server.port());
            assertThat(errorOf(() -> sockets.write(other, ByteBuffer.allocate(1)))
                            .code())
                    .isEqualTo("net.too-many-bytes");
        }
    }

    @Test
    void thousands_of_sockets_one_after_the_other_leave_nothing() throws Exception {
        try (EchoServer server = new EchoServer()) {
            long last = 0;
            for (int i = 0; i < 2_000; i++) {
                long socket = sockets.connect("127.0.0.1", server.port());
                assertThat(socket).isGreaterThan(last);
                last = socket;
                sockets.close(socket);
            }
            assertThat(GuestSockets.live()).isEqualTo(liveBefore);
        }
    }

    @Test
    void a_lost_connection_is_transient_and_names_the_peer() throws Exception {
        try (EchoServer server = new EchoServer(socket -> {
            // Not before the connection stands on the other side as well.
            socket.getInputStream().readNBytes(1);
            socket.setSoLinger(true, 0);
            socket.close();
        })) {
            long socket = sockets.connect("localhost", server.port());
            sockets.write(socket, ByteBuffer.allocate(1));
            ConnectorError error = errorOf(() -> sockets.read(socket, ByteBuffer.allocateDirect(16)));
            assertThat(error.category()).isEqualTo(ErrorCategory.TRANSIENT_NETWORK);
            assertThat(error.message()).contains("localhost:" + server.port());
        }
    }

    private static GuestSockets limited(Optional<Duration> idle, long maxBytes) {
        return new GuestSockets(
                new NetworkPolicy(List.of(), Set.of("localhost"), NetworkPolicy.TlsRule.OPTIONAL),
                new SocketOptions(Duration.ofSeconds(5), idle, 4, maxBytes));
    }

    static GuestSockets sockets(NetworkPolicy.TlsRule tls) {
        return new GuestSockets(
                new NetworkPolicy(List.of("127.0.0.1", "no-such-host.invalid"), Set.of("localhost"), tls), OPTIONS);
    }

    static ConnectorError errorOf(ThrowingCallable call) {
        ConnectorException[] thrown = new ConnectorException[1];
        assertThatThrownBy(call).isInstanceOfSatisfying(ConnectorException.class, e -> thrown[0] = e);
        return thrown[0].error();
    }

    static byte[] readFully(GuestSockets sockets, long socket, int count) {
        ByteBuffer all = ByteBuffer.allocateDirect(count);
        try {
            while (all.hasRemaining()) {
                int before = all.position();
                sockets.read(socket, all);
                if (all.position() == before) {
                    throw new AssertionError("the stream ended after " + before + " bytes");
                }
            }
        } catch (ConnectorException e) {
            throw new AssertionError(e);
        }
        byte[] bytes = new byte[count];
        all.flip().get(bytes);
        return bytes;
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
