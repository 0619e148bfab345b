package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.fuzz.Fuzz;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.state.StateLocation;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that nobody of ours wrote. */
@Tag("fuzz")
class BusFuzzTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void an_event_is_decoded_or_refused() {
        Fuzz fuzz = Fuzz.of("run-event");
        for (RunEvent event : RunEventJsonTest.events()) {
            fuzz.sample(RunEventJson.encode(event).toString().getBytes(StandardCharsets.UTF_8));
        }
        fuzz.feed(5_000, bytes -> {
            try {
                RunEventJson.encode(RunEventJson.decode(JSON.readTree(new String(bytes, StandardCharsets.UTF_8))));
            } catch (JsonProcessingException | IllegalArgumentException e) {
                // as declared
            }
        });
    }

    /** Its connectors are not to be found, so that no change of it makes a run. */
    @Test
    void whatever_asks_for_a_run_is_answered(@TempDir Path folder) throws Exception {
        Vertx vertx = Vertx.vertx();
        Engine engine = await(
                Engine.start(vertx, new EngineOptions(List.of(), new StateLocation.SqliteFile(folder.resolve("s")))));
        String pipeline = Files.readString(Path.of("conf/full.yaml")).replaceAll("use: .*", "use: nobody");
        Fuzz.of("run-request")
                .sample(new JsonObject()
                        .put(RunAddresses.PIPELINE, pipeline)
                        .encode()
                        .getBytes(StandardCharsets.UTF_8))
                .sample("{\"pipeline\":\"version: \\\"1.0\\\"\"}".getBytes(StandardCharsets.UTF_8))
                .sample("{\"pipeline\":{\"a\":[null,1e999]}}".getBytes(StandardCharsets.UTF_8))
                .sample("\"version\"".getBytes(StandardCharsets.UTF_8))
                .feed(200, bytes -> {
                    try {
                        assertRefused(vertx, Json.decodeValue(new String(bytes, StandardCharsets.UTF_8)));
                    } catch (DecodeException e) {
                        // No JSON never gets on the bus.
                    }
                });
        await(engine.close());
        await(vertx.close());
    }

    private static void assertRefused(Vertx vertx, @org.jspecify.annotations.Nullable Object body) {
        ReplyException refusal = catchThrowableOfType(
                ReplyException.class, () -> await(vertx.eventBus().request(RunAddresses.START, body)));
        assertThat(refusal.failureType()).isEqualTo(ReplyFailure.RECIPIENT_FAILURE);
        assertThat(refusal.failureCode()).isNotEqualTo(RunAddresses.CODE_INTERNAL);
    }

    private static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(30, TimeUnit.SECONDS);
    }
}
