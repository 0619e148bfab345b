package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SocketPipeTest {
    private static final String HANDSHAKE = """
            GET / HTTP/1.1\r
            Host: localhost\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            Sec-WebSocket-Version: 13\r
            \r
            """;

    /** A close frame of two bytes: its code, 1000. */
    private static final byte[] CLOSE = {(byte) 0x88, 2, 3, (byte) 0xe8};

    @Test
    void no_ping_follows_the_end() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            HttpServer server = TestServer.await(vertx.createHttpServer()
                    .webSocketHandler(socket -> {
                        SocketPipe pipe = new SocketPipe(socket);
                        pipe.end();
                        pipe.heartbeat();
                        pipe.drop();
                    })
                    .listen(0, "127.0.0.1"));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.actualPort())) {
                client.getOutputStream().write(HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
                assertThat(frames(client.getInputStream())).isEqualTo(CLOSE);
            }
        } finally {
            vertx.close().await(TestServer.PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /** What comes behind the headers. */
    private static byte[] frames(InputStream in) throws Exception {
        String all = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        return all.substring(all.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
    }
}
