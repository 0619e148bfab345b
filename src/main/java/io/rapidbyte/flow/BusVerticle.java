package io.rapidbyte.flow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.StageTrace;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.StreamLimits;
import io.rapidbyte.model.SyncMode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/**
 * A verticle of somebody else's that works in a connector's place, by its address on the event bus. Any thread; futures fail with a
 * {@link ConnectorException}. The messages are {@link StageContract}'s.
 */
public final class BusVerticle {
    /** Five seconds: it says what it is without asking anybody. */
    private static final Duration DESCRIBE_PATIENCE = Duration.ofSeconds(5);

    /** A minute, for what may take a connection to another system. */
    static final Duration PATIENCE = Duration.ofMinutes(1);

    private static final String FEATURE_RECEIPTS = "receipts";

    private final Vertx vertx;
    private final String address;

    public BusVerticle(Vertx vertx, String address) {
        this.vertx = vertx;
        this.address = address;
    }

    public String address() {
        return address;
    }

    Vertx vertx() {
        return vertx;
    }

    /**
     * What a verticle can do in one role.
     *
     * @param modes of reading or writing, as pipelines name them
     * @param receipts whether it keeps receipts
     */
    public record Abilities(List<String> modes, boolean receipts) {
        public Abilities {
            modes = List.copyOf(modes);
        }
    }

    /**
     * Asks what it can do as {@code role}. Blocks for some seconds at the most; not on an event loop.
     *
     * @throws ConnectorException if it is not there, cannot do that, or speaks another version
     */
    public Abilities describe(ConnectorRole role) throws ConnectorException {
        JsonObject told =
                await(StageContract.DESCRIBE, ask(StageContract.DESCRIBE, new JsonObject(), within(DESCRIBE_PATIENCE)));
        if (!Integer.valueOf(StageContract.VERSION).equals(told.getValue(StageContract.PROTOCOL))) {
            throw unfit("it speaks version " + told.getValue(StageContract.PROTOCOL)
                    + " of the stage contract, this Rapidbyte version " + StageContract.VERSION);
        }
        if (!(told.getValue("roles") instanceof JsonObject roles)
                || !(roles.getValue(word(role)) instanceof JsonObject abilities)) {
            throw unfit("it is no " + word(role));
        }
        List<String> modes = texts(abilities.getValue("modes"));
        return new Abilities(
                // Other reads begin at a cursor, of which this version of the contract knows nothing.
                role == ConnectorRole.SOURCE
                        ? modes.stream()
                                .filter(word(SyncMode.FULL_REFRESH)::equals)
                                .toList()
                        : modes,
                texts(abilities.getValue("features")).contains(FEATURE_RECEIPTS));
    }

    private ConnectorException unfit(String why) {
        return new ConnectorException(ConnectorError.permanent(
                ErrorCategory.CONFIG, "bus.unfit", "the verticle at " + address + " cannot be used here: " + why));
    }

    /** The answer to {@code request}. Blocks; not on an event loop. */
    <T> T await(String request, Future<T> asked) throws ConnectorException {
        try {
            return asked.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConnectorException failed) {
                throw failed;
            }
            throw new ConnectorException(
                    BusErrors.unanswered(address, request, Objects.requireNonNullElse(e.getCause(), e)), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(FlowErrors.cancelled(), e);
        }
    }

    private static List<String> texts(@org.jspecify.annotations.Nullable Object array) {
        List<String> texts = new ArrayList<>();
        if (array instanceof JsonArray values) {
            for (Object value : values) {
                if (value instanceof String text) {
                    texts.add(text);
                }
            }
        }
        return texts;
    }

    /** Asks a destination that keeps receipts how far the stream's load is durable (I8). */
    public Future<Receipt> receipt(StreamContext stream, ObjectNode config) {
        return ask(StageContract.RECEIPT, about(ConnectorRole.DESTINATION, stream, config), within(PATIENCE))
                .compose(told -> receipt(stream, told)
                        .map(Future::succeededFuture)
                        .orElseGet(() -> failed(BusErrors.breach(address, "its receipt is malformed: " + told))));
    }

    private static Optional<Receipt> receipt(StreamContext stream, JsonObject told) {
        if (told.getValue("sequence") instanceof Number sequence
                && told.getValue("payload") instanceof String payload
                && told.getValue("rows") instanceof Number rows
                && told.getValue("complete") instanceof Boolean complete
                && sequence.longValue() >= 0
                && rows.longValue() >= 0) {
            return Optional.of(
                    new Receipt(stream.run().loadId(), sequence.longValue(), payload, rows.longValue(), complete));
        }
        return Optional.empty();
    }

    /** Begins an attempt on {@code line}. */
    Future<JsonObject> open(
            String line, ConnectorRole role, StreamContext stream, ObjectNode config, StageTrace trace) {
        DeliveryOptions options = within(PATIENCE);
        trace.context().ifPresent(context -> options.addHeader(StageTrace.HEADER, context));
        return ask(StageContract.OPEN, about(role, stream, config).put(StageContract.LINE, line), options);
    }

    private static DeliveryOptions within(Duration patience) {
        return new DeliveryOptions().setSendTimeout(patience.toMillis());
    }

    private Future<JsonObject> ask(String request, JsonObject body, DeliveryOptions options) {
        body.put(StageContract.REQUEST, request).put(StageContract.PROTOCOL, StageContract.VERSION);
        return vertx.eventBus().<Object>request(address, body, options).transform(done -> {
            if (done.failed()) {
                return failed(BusErrors.unanswered(address, request, done.cause()));
            }
            return Future.succeededFuture(done.result().body() instanceof JsonObject json ? json : new JsonObject());
        });
    }

    private static JsonObject about(ConnectorRole role, StreamContext stream, ObjectNode config) {
        return new JsonObject()
                .put("role", word(role))
                .put("config", new JsonObject(config.toString()))
                .put("stream", json(stream))
                .put("limits", json(stream.limits()))
                .put("run", json(stream.run()));
    }

    private static JsonObject json(StreamContext stream) {
        JsonObject json = new JsonObject()
                .put("name", stream.name())
                .put("sync_mode", word(stream.syncMode()))
                .put("write_mode", word(stream.writeMode()))
                .put("primary_key", new JsonArray(stream.primaryKey()));
        stream.selectedColumns().ifPresent(columns -> json.put("columns", new JsonArray(columns)));
        stream.position().ifPresent(position -> json.put("position", position));
        return json;
    }

    private static JsonObject json(StreamLimits limits) {
        return new JsonObject()
                .put("max_batch_bytes", limits.maxBatchBytes())
                .put("checkpoint_interval_bytes", limits.checkpointIntervalBytes())
                .put("checkpoint_interval_rows", limits.checkpointIntervalRows())
                .put("checkpoint_interval_seconds", limits.checkpointIntervalSeconds());
    }

    private static JsonObject json(RunIdentity run) {
        return new JsonObject()
                .put("pipeline", run.pipeline())
                .put("run_id", run.runId())
                .put("load_id", run.loadId())
                .put("state_id", run.stateId())
                .put("epoch", run.epoch())
                .put("attempt", run.attempt());
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <T> Future<T> failed(ConnectorError error) {
        return Future.failedFuture(new ConnectorException(error));
    }
}
