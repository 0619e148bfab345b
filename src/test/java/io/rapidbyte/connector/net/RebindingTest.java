package io.rapidbyte.connector.net;

import static io.rapidbyte.connector.net.GuestSocketsTest.errorOf;
import static io.rapidbyte.connector.net.GuestSocketsTest.readFully;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A granted name whose DNS turns it to another address between the check and the connection, with a real DNS server. */
class RebindingTest {
    private static final String NAME = "db" + NameServer.ZONE;
    private static final String GOOD = "127.0.0.1";
    private static final String METADATA = "169.254.169.254";

    /** On the loopback interface too, but nobody listens there. */
    private static final String ELSEWHERE = "127.0.0.2";

    private final GuestSockets sockets = new GuestSockets(
            new NetworkPolicy(List.of("*" + NameServer.ZONE), Set.of(), NetworkPolicy.TlsRule.OPTIONAL),
            new SocketOptions(Duration.ofSeconds(60), 2));

    private NameServer names;

    @BeforeEach
    void start() throws Exception {
        names = new NameServer();
    }

    @AfterEach
    void stop() {
        sockets.closeAll();
        names.close();
    }

    @Test
    void the_address_that_was_checked_is_the_one_that_is_dialled() throws Exception {
        names.turning(NAME, List.of(List.of(GOOD), List.of(ELSEWHERE)));
        try (EchoServer checked = new EchoServer()) {
            long socket = sockets.connect(NAME, checked.port());
            sockets.write(socket, ByteBuffer.wrap("hello".getBytes(UTF_8)));
            assertThat(readFully(sockets, socket, 5)).isEqualTo("hello".getBytes(UTF_8));
            assertThat(names.questions(NAME)).isEqualTo(1);
            // The JVM would follow the name: run it with -Dsun.net.inetaddr.ttl=0, as the build does.
            assertThat(InetAddress.getAllByName(NAME))
                    .extracting(InetAddress::getHostAddress)
                    .containsExactly(ELSEWHERE);
        }
    }

    @Test
    void a_name_that_has_turned_is_refused_at_the_next_connection() throws Exception {
        names.turning(NAME, List.of(List.of(GOOD), List.of(METADATA)));
        try (EchoServer server = new EchoServer()) {
            sockets.connect(NAME, server.port());
            assertRefused(server.port());
        }
    }

    @Test
    void one_forbidden_address_among_others_refuses_the_name() throws Exception {
        names.turning(NAME, List.of(List.of(GOOD, METADATA)));
        try (EchoServer server = new EchoServer()) {
            assertRefused(server.port());
        }
    }

    private void assertRefused(int port) {
        ConnectorError error = errorOf(() -> sockets.connect(NAME, port));
        assertThat(error.category()).isEqualTo(ErrorCategory.PERMISSION);
        assertThat(error.message()).contains(NAME, METADATA);
    }
}
