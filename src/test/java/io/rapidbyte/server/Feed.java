package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A client of a live feed over a WebSocket. */
final class Feed implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final BlockingQueue<JsonNode> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private final WebSocket socket;

    private Feed(TestServer server, String path) {
        socket = client.newWebSocketBuilder()
                .header("authorization", "Bearer " + TestServer.READ_TOKEN)
                .buildAsync(server.uri("ws", path), new Listener())
                .join();
    }

    static Feed open(TestServer server, String path) {
        return new Feed(server, path);
    }

    private final class Listener implements WebSocket.Listener {
        private final StringBuilder text = new StringBuilder();

        @Override
        public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    messages.add(JSON.readTree(text.toString()));
                } catch (JsonProcessingException e) {
                    closed.completeExceptionally(e);
                }
                text.setLength(0);
            }
            from.request(1);
            return null;
        }

        @Override
        public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable error) {
            closed.completeExceptionally(error);
        }
    }

    /** The next message that is no heartbeat. */
    JsonNode next() {
        try {
            JsonNode message = messages.poll(TestServer.PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(message).as("a message in time").isNotNull();
            return message.path("type").asText().equals("heartbeat") ? next() : message;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    JsonNode until(Predicate<JsonNode> wanted) {
        while (true) {
            JsonNode message = next();
            if (wanted.test(message)) {
                return message;
            }
        }
    }

    JsonNode until(String type) {
        return until(message -> message.path("type").asText().equals(type));
    }

    /** Whether the server takes it or ends the feed is its business. */
    void say(String text) {
        CompletableFuture<WebSocket> _ = socket.sendText(text, true);
    }

    /** Everything that comes until the server ends the feed in good order. */
    List<JsonNode> untilClosed() {
        assertThat(closed.orTimeout(TestServer.PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .join())
                .isEqualTo(1000);
        List<JsonNode> all = new ArrayList<>();
        messages.drainTo(all);
        return all;
    }

    @Override
    public void close() {
        socket.abort();
        client.shutdownNow();
    }
}
