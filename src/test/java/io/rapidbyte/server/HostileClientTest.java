package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that break the rules harm nobody else. */
@Timeout(120)
@ExtendWith(SharedServer.class)
class HostileClientTest {
    private final TestServer server;

    HostileClientTest(TestServer server) {
        this.server = server;
        server.store("plain", "rows: 1");
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.server.port());
        socket.setSoTimeout(TestServer.PATIENCE_SECONDS * 1000);
        return socket;
    }

    private static boolean isClosed(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Test
    void connections_that_ask_for_nothing_make_room_for_those_that_do() throws IOException {
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < ConnectionGuard.MAX_SILENT * 2; i++) {
                silent.add(connect());
            }
            assertThat(server.get("/api/v1/version").status()).isEqualTo(200);
            assertThat(isClosed(silent.getFirst())).as("the oldest is closed").isTrue();
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void a_silent_connection_is_closed_after_a_while() throws IOException {
        try (Socket silent = connect()) {
            silent.getOutputStream().write("GET /api/v1/ver".getBytes(StandardCharsets.US_ASCII));
            assertThat(isClosed(silent)).isTrue();
        }
    }

    @Test
    void a_body_that_is_too_large_is_not_read() {
        String json = "{\"pipeline\": \"" + "x".repeat(1 << 17) + "\"}";
        assertThat(server.post("/api/v1/runs", json).status()).isEqualTo(413);
        assertThat(server.put("/api/v1/pipelines/plain", "#".repeat((1 << 20) + 1))
                        .status())
                .isEqualTo(413);
        assertThat(server.get("/api/v1/version").status()).isEqualTo(200);
    }

    @Test
    void a_body_of_another_form_is_refused() {
        assertThat(server.send(server.request("/api/v1/runs")
                                .header("content-type", "text/plain")
                                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{\"pipeline\": \"plain\"}")))
                        .status())
                .isEqualTo(415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\u0000\u0001\u0002\u0003\r\n\r\n",
                "GET / HTTP/9.9\r\n\r\n",
                "BREW /api/v1/pipelines HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /api/v1/pipelines/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET //../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /..%2f..%2fetc/passwd.html HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET /../server/openapi.yaml HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "POST /api/v1/runs HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\nConnection: close\r\n\r\n"
            })
    void what_is_no_request_gets_no_answer_but_an_error(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            InputStream in = socket.getInputStream();
            String answer;
            try {
                answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException reset) {
                answer = "";
            }
            if (!answer.isEmpty()) {
                assertThat(answer).containsPattern("^HTTP/[0-9.]+ [45]");
            }
        }
        assertThat(server.get("/api/v1/version").status()).isEqualTo(200);
    }

    @Test
    void a_header_without_end_is_refused() throws IOException {
        try (Socket socket = connect()) {
            String request = "GET /api/v1/version HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Long: "
                    + "x".repeat(1 << 16) + "\r\n\r\n";
            try {
                socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                        .containsPattern("^(HTTP/1\\.[01] 4.*)?");
            } catch (IOException reset) {
                // that is an answer as well
            }
        }
        assertThat(server.get("/api/v1/version").status()).isEqualTo(200);
    }
}
