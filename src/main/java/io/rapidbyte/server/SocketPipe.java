package io.rapidbyte.server;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.time.Instant;

/** A feed as a WebSocket: a text message each. */
final class SocketPipe implements FeedPipe {
    /** 32 kB of messages may be on their way to a client. */
    static final int QUEUE_BYTES = 32 << 10;

    /** A client that answers no ping for 45 seconds is gone. */
    private static final int MAX_PINGS = 3;

    private static final Buffer PING = Buffer.buffer("rapidbyte");

    private final ServerWebSocket socket;
    private int pings;
    private boolean ended;

    SocketPipe(ServerWebSocket socket) {
        this.socket = socket;
        socket.setWriteQueueMaxSize(QUEUE_BYTES);
        socket.pongHandler(pong -> pings = 0);
    }

    @Override
    public boolean full() {
        return open() && socket.writeQueueFull();
    }

    @Override
    public void send(FeedMessage message) {
        if (open()) {
            socket.writeTextMessage(message.text());
        }
    }

    @Override
    public void heartbeat() {
        if (++pings > MAX_PINGS) {
            drop();
            return;
        }
        send(new FeedMessage("", "heartbeat", "{\"type\":\"heartbeat\",\"at\":\"" + Instant.now() + "\"}"));
        // Behind a close frame nothing may follow (RFC 6455, section 5.5.1); browsers report it as an error.
        if (open()) {
            socket.writePing(PING);
        }
    }

    private boolean open() {
        return !ended && !socket.isClosed();
    }

    @Override
    public void end() {
        if (!ended) {
            ended = true;
            socket.close();
        }
    }

    @Override
    public void drop() {
        ended = true;
        socket.shutdown(0, java.util.concurrent.TimeUnit.SECONDS);
    }
}
