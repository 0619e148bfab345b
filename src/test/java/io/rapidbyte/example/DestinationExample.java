package io.rapidbyte.example;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A destination that keeps the numbers of the column {@code id}. What it has made durable, rows and receipt together, lies in a
 * {@link Store}, which outlives it as a database would. Its pipeline: {@code use: bus:example.store}.
 */
final class DestinationExample extends VerticleBase {

    /** A receipt by load, and the rows; one call is one transaction. */
    record Store(Map<String, JsonObject> receipts, List<Long> rows) {
        synchronized void commit(String load, JsonObject receipt, List<Long> more) {
            rows.addAll(more);
            receipts.put(load, receipt);
        }

        synchronized JsonObject receipt(String load) {
            JsonObject none = new JsonObject();
            none.put("sequence", 0).put("payload", "").put("rows", 0).put("complete", false);
            return receipts.getOrDefault(load, none);
        }
    }

    private final Store store;

    /** Reads the numbers out of an Arrow IPC stream. */
    private final Function<Buffer, List<Long>> arrow;

    DestinationExample(Store store, Function<Buffer, List<Long>> arrow) {
        this.store = store;
        this.arrow = arrow;
    }

    @Override
    public Future<?> start() {
        return vertx.eventBus()
                .<JsonObject>consumer("example.store", this::asked)
                .completion();
    }

    private void asked(Message<JsonObject> message) {
        JsonObject body = message.body();
        switch (body.getString("request")) {
            case "describe" -> {
                JsonObject destination =
                        new JsonObject().put("modes", JsonArray.of("append")).put("features", JsonArray.of("receipts"));
                message.reply(new JsonObject()
                        .put("protocol", 1)
                        .put("roles", new JsonObject().put("destination", destination)));
            }
            case "receipt" ->
                message.reply(store.receipt(body.getJsonObject("run").getString("load_id")));
            case "open" -> {
                new Attempt(body).listen();
                message.reply(new JsonObject());
            }
            default -> message.fail(400, "this destination answers describe, receipt and open");
        }
    }

    /** One attempt at one stream. What was not committed when it is closed is forgotten. */
    private final class Attempt {
        private static final long WINDOW = 4;

        private final String line;
        private final String load;
        private final List<Long> uncommitted = new ArrayList<>();
        private long durable;
        private long taken;

        Attempt(JsonObject request) {
            line = request.getString("line");
            load = request.getJsonObject("run").getString("load_id");
            durable = store.receipt(load).getLong("rows");
        }

        void listen() {
            MessageConsumer<Object> consumer = vertx.eventBus().consumer(line + ".verticle");
            consumer.handler(message -> {
                switch (String.valueOf(message.headers().get("type"))) {
                    case "batch" -> uncommitted.addAll(arrow.apply((Buffer) message.body()));
                    case "barrier" -> commit((JsonObject) message.body());
                    case "end" -> tell("done", new JsonObject().put("rows", taken));
                    case "close" -> consumer.unregister().onComplete(gone -> message.reply(new JsonObject()));
                    default -> message.reply(new JsonObject());
                }
                String sequence = message.headers().get("sequence");
                if (sequence != null) {
                    credit(Long.parseLong(sequence));
                }
            });
            credit(0);
        }

        private void credit(long sequence) {
            tell("credit", new JsonObject().put("through", sequence + WINDOW));
        }

        private void commit(JsonObject barrier) {
            durable += uncommitted.size();
            taken += uncommitted.size();
            JsonObject receipt = new JsonObject()
                    .put("sequence", barrier.getLong("id"))
                    .put("payload", barrier.getString("payload"))
                    .put("rows", durable)
                    .put("complete", barrier.getBoolean("last"));
            store.commit(load, receipt, uncommitted);
            uncommitted.clear();
            // Only now: who hears of it forgets how to read these rows again.
            tell("confirm", new JsonObject().put("barrier", barrier.getLong("id")));
        }

        private void tell(String type, JsonObject body) {
            vertx.eventBus().send(line + ".engine", body, new DeliveryOptions().addHeader("type", type));
        }
    }
}
