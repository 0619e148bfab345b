package io.rapidbyte.example;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.function.BiFunction;

/**
 * A source of the numbers from 0 on. Its pipeline: {@code use: bus:example.numbers}, {@code config: {rows: 100000}}.
 */
final class SourceExample extends VerticleBase {
    private static final int BATCH_ROWS = 1_000;
    private static final int CHECKPOINT_ROWS = 10_000;

    /** Makes an Arrow IPC stream of so many numbers from the first on. */
    private final BiFunction<Long, Integer, Buffer> arrow;

    SourceExample(BiFunction<Long, Integer, Buffer> arrow) {
        this.arrow = arrow;
    }

    @Override
    public Future<?> start() {
        return vertx.eventBus()
                .<JsonObject>consumer("example.numbers", this::asked)
                .completion();
    }

    private void asked(Message<JsonObject> message) {
        switch (message.body().getString("request")) {
            case "describe" -> {
                JsonObject source = new JsonObject().put("modes", JsonArray.of("full_refresh"));
                message.reply(new JsonObject().put("protocol", 1).put("roles", new JsonObject().put("source", source)));
            }
            case "open" -> {
                new Attempt(message.body()).listen();
                message.reply(new JsonObject());
            }
            default -> message.fail(400, "this source answers describe and open");
        }
    }

    /** One attempt at one stream: on this verticle's event loop, and never more frames than were granted. */
    private final class Attempt {
        private final String line;
        private final long rows;
        private final long first;
        private long next;
        private long sequence;
        private boolean checkpointDue;
        private boolean ended;

        Attempt(JsonObject request) {
            line = request.getString("line");
            rows = request.getJsonObject("config").getLong("rows");
            // Where the last checkpoint that the destination has committed left off.
            first = Long.parseLong(request.getJsonObject("stream").getString("position", "0"));
            next = first;
        }

        void listen() {
            MessageConsumer<JsonObject> consumer = vertx.eventBus().consumer(line + ".verticle");
            consumer.handler(message -> {
                switch (String.valueOf(message.headers().get("type"))) {
                    case "credit" -> send(message.body().getLong("through"));
                    case "close" -> consumer.unregister().onComplete(gone -> message.reply(new JsonObject()));
                    default -> message.reply(new JsonObject());
                }
            });
        }

        private void send(long through) {
            while (!ended && sequence < through) {
                if (checkpointDue) {
                    checkpointDue = false;
                    frame("barrier", Long.toString(next));
                } else if (next < rows || sequence == 0) {
                    // The first batch tells the columns, be there rows or not.
                    int count = (int) Math.min(BATCH_ROWS, rows - next);
                    frame("batch", arrow.apply(next, count));
                    next += count;
                    checkpointDue = next % CHECKPOINT_ROWS == 0 && next < rows;
                } else {
                    ended = true;
                    frame("end", new JsonObject().put("rows", next - first).put("position", Long.toString(next)));
                }
            }
        }

        private void frame(String type, Object body) {
            DeliveryOptions options =
                    new DeliveryOptions().addHeader("type", type).addHeader("sequence", Long.toString(++sequence));
            vertx.eventBus().send(line + ".engine", body, options);
        }
    }
}
