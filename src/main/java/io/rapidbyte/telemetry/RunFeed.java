package io.rapidbyte.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.engine.RunAddresses;
import io.rapidbyte.engine.RunEventJson;
import io.rapidbyte.model.RunEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Consumer;

/** The events of all runs of a Vert.x, as the event bus brings them. */
final class RunFeed {
    private static final Logger LOG = System.getLogger(RunFeed.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();

    private RunFeed() {}

    /** Has {@code listener} hear every event from here on, on one event loop. The future completes when it hears. */
    static Future<Void> to(Consumer<RunEvent> listener, Vertx vertx) {
        MessageConsumer<JsonObject> consumer = vertx.eventBus()
                .localConsumer(
                        RunAddresses.ALL_EVENTS,
                        message -> decode(message.body()).ifPresent(listener));
        return consumer.completion();
    }

    private static Optional<RunEvent> decode(JsonObject event) {
        try {
            return Optional.of(RunEventJson.decode(JSON.readTree(event.encode())));
        } catch (JsonProcessingException | RuntimeException e) {
            // Anybody may publish there; what is no event is none.
            LOG.log(Level.DEBUG, "a message that is no run event", e);
            return Optional.empty();
        }
    }
}
