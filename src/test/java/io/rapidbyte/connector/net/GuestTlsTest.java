package io.rapidbyte.connector.net;

import static io.rapidbyte.connector.net.GuestSocketsTest.errorOf;
import static io.rapidbyte.connector.net.GuestSocketsTest.readFully;
import static io.rapidbyte.connector.net.GuestSocketsTest.sleep;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.connector.net.TlsRequest.Verify;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuestTlsTest {
    @TempDir
    static Path folder;

    private static Certificates server;
    private static Certificates other;

    private GuestSockets sockets = GuestSocketsTest.sockets(NetworkPolicy.TlsRule.REQUIRED);
    private int liveBefore;

    @BeforeAll
    static void make_certificates() throws Exception {
        server = Certificates.generate(folder, "dns:localhost");
        other = Certificates.generate(folder, "dns:client");
    }

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
    void bytes_travel_encrypted_there_and_back() throws Exception {
        long seed = System.nanoTime();
        byte[] sent = new byte[2_000_000];
        new Random(seed).nextBytes(sent);
        try (EchoServer echo = EchoServer.withTls(server.context(), false)) {
            long socket = greeted(echo, "localhost");
            sockets.startTls(socket, trusting(Verify.FULL, "localhost"));
            CompletableFuture<byte[]> received =
                    CompletableFuture.supplyAsync(() -> readFully(sockets, socket, sent.length));
            sockets.write(
                    socket,
                    ByteBuffer.allocateDirect(sent.length).put(sent).flip().asReadOnlyBuffer());
            assertThat(received.get(10, TimeUnit.SECONDS)).as("seed %d", seed).isEqualTo(sent);
        }
    }

    @Test
    void reads_smaller_than_a_record_lose_nothing() throws Exception {
        try (EchoServer echo = EchoServer.withTls(server.context(), false)) {
            long socket = greeted(echo, "localhost");
            sockets.startTls(socket, trusting(Verify.CA, "localhost"));
            sockets.write(socket, ByteBuffer.wrap("abcdef".getBytes(UTF_8)));
            StringBuilder read = new StringBuilder();
            for (int i = 0; i < 6; i++) {
                read.append(new String(readFully(sockets, socket, 1), UTF_8));
            }
            assertThat(read).hasToString("abcdef");
        }
    }

    @Test
    void full_verification_wants_the_servers_name_in_the_certificate() throws Exception {
        try (EchoServer echo = EchoServer.withTls(server.context(), false)) {
            long socket = greeted(echo, "127.0.0.1");
            ConnectorError error = errorOf(() -> sockets.startTls(socket, trusting(Verify.FULL, "127.0.0.1")));
            assertThat(error.code()).isEqualTo("net.tls-failed");
            assertThat(error.category()).isEqualTo(ErrorCategory.CONFIG);
        }
    }

    @Test
    void ca_verification_does_not_look_at_the_name() throws Exception {
        try (EchoServer echo = EchoServer.withTls(server.context(), false)) {
            long socket = greeted(echo, "127.0.0.1");
            sockets.startTls(socket, trusting(Verify.CA, "127.0.0.1"));
            assertEchoes(socket);
        }
    }

    @Test
    void ca_verification_refuses_a_certificate_of_unknown_origin() throws Exception {
        try (EchoServer echo = EchoServer.withTls(server.context(), false)) {
            long socket = greeted(echo, "localhost");
            TlsRequest platformAuthorities =
                    new TlsRequest("localhost", Verify.CA, Optional.empty(), Optional.empty(), Optional.empty());
            assertThat(errorOf(() -> sockets.startTls(socket, platformAuthorities))
                            .message())
                    .contains("localhost:" + echo.port());
        }
    }

    @Test
    void without_verification_any_certificate_will_do() throws Exception {
        try (EchoServer echo = EchoServer.withTls(other.context(), false)) {
            long socket = greeted(echo, "localhost");
            sockets.startTls(
                    socket,
                    new TlsRequest("localhost", Verify.NONE, Optional.empty(), Optional.empty(), Optional.empty()));
            assertEchoes(socket);
        }
    }

    @Test
    void a_client_certificate_is_presented() throws Exception {
        try (EchoServer echo = EchoServer.withTls(server.context(), true)) {
            long socket = greeted(echo, "localhost");
            // The server trusts itself alone, so the client must present the server's own certificate.
            sockets.startTls(
                    socket,
                    new TlsRequest(
                            "localhost",
                            Verify.FULL,
                            Optional.of(server.certificatePem()),
                            Optional.of(server.certificatePem()),
                            Optional.of(server.keyPem())));
            assertEchoes(socket);
        }
    }

    /** The server has two names and a certificate for each, and shows the one that it is asked for. */
    @Test
    void a_server_is_told_by_which_name_it_is_called() throws Exception {
        String red = "red" + NameServer.ZONE;
        String blue = "blue" + NameServer.ZONE;
        Certificates redOnes = Certificates.generate(folder, "dns:" + red);
        Certificates blueOnes = Certificates.generate(folder, "dns:" + blue);
        sockets = new GuestSockets(
                new NetworkPolicy(List.of(red, blue, "127.0.0.1"), Set.of(), NetworkPolicy.TlsRule.REQUIRED),
                new SocketOptions(Duration.ofSeconds(60), 3));
        BlockingQueue<List<SNIServerName>> asked = new LinkedBlockingQueue<>();
        try (NameServer names = new NameServer();
                EchoServer echo = EchoServer.withTls(
                        Certificates.bySni(redOnes, blueOnes),
                        false,
                        session -> asked.add(session.getRequestedServerNames()))) {
            names.at(red, "127.0.0.1").at(blue, "127.0.0.1");
            Optional<String> both = Optional.of(redOnes.certificatePem() + blueOnes.certificatePem());
            for (String name : List.of(blue, red, blue)) {
                long socket = greeted(echo, name);
                sockets.startTls(socket, new TlsRequest(name, Verify.FULL, both, Optional.empty(), Optional.empty()));
                assertEchoes(socket);
                assertThat(asked.take()).containsExactly(new SNIHostName(name));
                sockets.close(socket);
            }
            long socket = greeted(echo, "127.0.0.1");
            sockets.startTls(socket, new TlsRequest("127.0.0.1", Verify.CA, both, Optional.empty(), Optional.empty()));
            assertThat(asked.take()).as("an address is no name").isEmpty();
        }
    }

    @Test
    void malformed_certificates_are_refused_without_quoting_the_key() throws Exception {
        try (EchoServer echo = EchoServer.withTls(server.context(), false)) {
            long socket = greeted(echo, "localhost");
            TlsRequest request = new TlsRequest(
                    "localhost",
                    Verify.CA,
                    Optional.empty(),
                    Optional.of(server.certificatePem()),
                    Optional.of("-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----"));
            ConnectorError error = errorOf(() -> sockets.startTls(socket, request));
            assertThat(error.message()).contains("PKCS #8").doesNotContain("c2VjcmV0");
        }
    }

    @Test
    void tls_is_refused_where_the_manifest_forbids_it() throws Exception {
        sockets = GuestSocketsTest.sockets(NetworkPolicy.TlsRule.FORBIDDEN);
        try (EchoServer echo = EchoServer.withTls(server.context(), false)) {
            long socket = greeted(echo, "localhost");
            assertThat(errorOf(() -> sockets.startTls(socket, trusting(Verify.FULL, "localhost")))
                            .code())
                    .isEqualTo("net.tls-forbidden");
        }
    }

    @Test
    void a_server_that_does_not_speak_tls_is_an_error() throws Exception {
        try (EchoServer echo = new EchoServer()) {
            long socket = greeted(echo, "localhost");
            assertThat(errorOf(() -> sockets.startTls(socket, trusting(Verify.FULL, "localhost")))
                            .code())
                    .isEqualTo("net.tls-failed");
        }
    }

    @Test
    void a_silent_server_is_given_up_after_the_timeout() throws Exception {
        sockets = new GuestSockets(
                new NetworkPolicy(List.of(), Set.of("localhost"), NetworkPolicy.TlsRule.OPTIONAL),
                new SocketOptions(Duration.ofMillis(300), 1));
        try (EchoServer silent = new EchoServer(socket -> sleep(10_000))) {
            long socket = sockets.connect("localhost", silent.port());
            ConnectorError error = errorOf(() -> sockets.startTls(socket, trusting(Verify.FULL, "localhost")));
            assertThat(error.category()).isEqualTo(ErrorCategory.TRANSIENT_NETWORK);
            assertThat(error.message()).contains("localhost:" + silent.port());
        }
    }

    @Test
    void a_cancel_ends_a_handshake_at_once() throws Exception {
        try (EchoServer silent = new EchoServer(socket -> sleep(10_000))) {
            long socket = sockets.connect("localhost", silent.port());
            Thread.ofPlatform().start(() -> {
                sleep(100);
                sockets.cancel();
            });
            long start = System.nanoTime();
            ConnectorError error = errorOf(() -> sockets.startTls(socket, trusting(Verify.FULL, "localhost")));
            assertThat(error.category()).isEqualTo(ErrorCategory.CANCELLED);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void a_connection_cut_without_a_goodbye_is_no_clean_end() throws Exception {
        try (EchoServer cutting = new EchoServer(plain -> {
            plain.getInputStream().readNBytes(8);
            plain.getOutputStream().write('S');
            var tls =
                    (javax.net.ssl.SSLSocket) context(server).getSocketFactory().createSocket(plain, null, false);
            tls.setUseClientMode(false);
            tls.getOutputStream().write("half".getBytes(UTF_8));
            sleep(100);
            plain.close();
        })) {
            long socket = greeted(cutting, "localhost");
            sockets.startTls(socket, trusting(Verify.FULL, "localhost"));
            assertThat(readFully(sockets, socket, 4)).isEqualTo("half".getBytes(UTF_8));
            assertThat(errorOf(() -> sockets.read(socket, ByteBuffer.allocateDirect(1 << 16)))
                            .category())
                    .isEqualTo(ErrorCategory.TRANSIENT_NETWORK);
        }
    }

    @Test
    void an_announced_end_reads_as_nothing() throws Exception {
        try (EchoServer ending = new EchoServer(plain -> {
            plain.getInputStream().readNBytes(8);
            plain.getOutputStream().write('S');
            var tls =
                    (javax.net.ssl.SSLSocket) context(server).getSocketFactory().createSocket(plain, null, true);
            tls.setUseClientMode(false);
            tls.getOutputStream().write("all".getBytes(UTF_8));
            tls.close();
        })) {
            long socket = greeted(ending, "localhost");
            sockets.startTls(socket, trusting(Verify.FULL, "localhost"));
            assertThat(readFully(sockets, socket, 3)).isEqualTo("all".getBytes(UTF_8));
            ByteBuffer target = ByteBuffer.allocateDirect(1 << 16);
            sockets.read(socket, target);
            assertThat(target.position()).isZero();
        }
    }

    private long greeted(EchoServer echo, String host) throws Exception {
        long socket = sockets.connect(host, echo.port());
        sockets.write(socket, GuestSocketsTest.SSL_REQUEST.duplicate());
        readFully(sockets, socket, 1);
        return socket;
    }

    private static TlsRequest trusting(Verify verify, String name) throws Exception {
        return new TlsRequest(name, verify, Optional.of(server.certificatePem()), Optional.empty(), Optional.empty());
    }

    private static javax.net.ssl.SSLContext context(Certificates certificates) {
        try {
            return certificates.context();
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private void assertEchoes(long socket) throws Exception {
        sockets.write(socket, ByteBuffer.wrap("hello".getBytes(UTF_8)));
        assertThat(readFully(sockets, socket, 5)).isEqualTo("hello".getBytes(UTF_8));
    }
}
