package io.rapidbyte.server;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/** A feed as server-sent events. */
final class EventStreamPipe implements FeedPipe {
    static final String MEDIA_TYPE = "text/event-stream";

    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private boolean ended;

    EventStreamPipe(HttpServerRequest request) {
        this.request = request;
        this.response = request.response();
        response.setWriteQueueMaxSize(SocketPipe.QUEUE_BYTES);
        response.setChunked(true).putHeader("content-type", MEDIA_TYPE);
    }

    @Override
    public boolean full() {
        return !ended && !response.closed() && response.writeQueueFull();
    }

    @Override
    public void send(FeedMessage message) {
        write((message.id().isEmpty() ? "" : "id: " + message.id() + "\n") + "event: " + message.type() + "\ndata: "
                + message.text() + "\n\n");
    }

    /** A comment, which clients pass over. */
    @Override
    public void heartbeat() {
        write(": heartbeat\n\n");
    }

    private void write(String text) {
        if (!ended && !response.closed()) {
            response.write(text);
        }
    }

    @Override
    public void end() {
        if (!ended && !response.closed()) {
            response.end();
        }
        ended = true;
    }

    @Override
    public void drop() {
        ended = true;
        request.connection().close();
    }
}
