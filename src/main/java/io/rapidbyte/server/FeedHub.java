package io.rapidbyte.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.engine.RunAddresses;
import io.rapidbyte.engine.RunEventJson;
import io.rapidbyte.model.RunEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Hears the events of all runs on the bus, remembers the latest, and passes them on to the clients of live feeds. */
final class FeedHub {
    /** Fifteen seconds: proxies cut connections on which nothing passes for a minute or less. */
    static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /** Events that can be resumed, of one run and of all. */
    static final int RUN_EVENTS = 1_024;

    static final int ALL_EVENTS = 4_096;
    private static final long RUN_CHARS = 1 << 20;
    private static final long ALL_CHARS = 4 << 20;

    /** Runs that have ended and are still shown. */
    static final int KEPT_RUNS = 64;

    private record Told(RunProgress progress, EventRing events) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Vertx vertx;

    /** Tells the ids of this server's life from those of an earlier one. */
    private final String feed;

    private final Map<String, Told> runs = new LinkedHashMap<>();
    private final EventRing all = new EventRing(ALL_EVENTS, ALL_CHARS);
    private final Set<FeedClient> clients = new LinkedHashSet<>();
    private final List<Consumer<RunEvent>> listeners = new ArrayList<>();
    private Optional<MessageConsumer<JsonObject>> consumer = Optional.empty();
    private long heartbeats;
    private long number;

    FeedHub(Vertx vertx) {
        this.vertx = vertx;
        byte[] random = new byte[4];
        new SecureRandom().nextBytes(random);
        this.feed = HexFormat.of().formatHex(random);
    }

    Future<Void> open() {
        MessageConsumer<JsonObject> made =
                vertx.eventBus().consumer(RunAddresses.ALL_EVENTS, message -> hear(message.body()));
        consumer = Optional.of(made);
        heartbeats = vertx.setPeriodic(
                HEARTBEAT.toMillis(), t -> List.copyOf(clients).forEach(FeedClient::heartbeat));
        return made.completion();
    }

    /** Ends all feeds in good order, after what was sent. */
    void close() {
        consumer.ifPresent(MessageConsumer::unregister);
        vertx.cancelTimer(heartbeats);
        List.copyOf(clients).forEach(FeedClient::end);
    }

    /** Also tells {@code listener}, in order, on this event loop. */
    void listen(Consumer<RunEvent> listener) {
        listeners.add(listener);
    }

    private void hear(JsonObject body) {
        try {
            tell(RunEventJson.decode(JSON.readTree(body.encode())));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the bus carried no JSON", e);
        }
    }

    private void tell(RunEvent event) {
        FeedEvent told = FeedEvent.of(feed, ++number, event);
        if (event instanceof RunEvent.RunStarted started) {
            runs.put(event.runId(), new Told(new RunProgress(started), new EventRing(RUN_EVENTS, RUN_CHARS)));
        }
        Told run = runs.get(event.runId());
        if (run == null) {
            // it began before this server did
            return;
        }
        run.progress().apply(event);
        run.events().add(told);
        all.add(told);
        pass(told);
        if (run.progress().ended()) {
            forgetOldest();
        }
        listeners.forEach(listener -> listener.accept(event));
    }

    private void pass(FeedEvent told) {
        boolean last = told.event() instanceof RunEvent.RunFinished;
        for (FeedClient client : List.copyOf(clients)) {
            if (client.runId().isEmpty()) {
                client.offer(told);
            } else if (client.runId().get().equals(told.event().runId())) {
                client.offer(told);
                if (last) {
                    client.end();
                }
            }
        }
    }

    private void forgetOldest() {
        long ended =
                runs.values().stream().filter(run -> run.progress().ended()).count();
        for (Iterator<Told> each = runs.values().iterator(); ended > KEPT_RUNS && each.hasNext(); ) {
            if (each.next().progress().ended()) {
                each.remove();
                ended--;
            }
        }
    }

    /** Of a run that goes on, or has ended lately. */
    Optional<RunProgress> progress(String runId) {
        return Optional.ofNullable(runs.get(runId)).map(Told::progress);
    }

    /** The run of the pipeline that goes on, by the name that the pipeline gives itself. */
    Optional<String> running(String pipeline) {
        return runs.entrySet().stream()
                .filter(run -> !run.getValue().progress().ended())
                .filter(run -> run.getValue().progress().pipeline().equals(pipeline))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /**
     * Those after {@code lastId}; empty if some of them are gone, or it is no id of this server's life.
     *
     * @param runId one that there is; empty for all runs
     */
    Optional<List<FeedEvent>> after(Optional<String> runId, String lastId) {
        EventRing ring =
                runId.map(id -> Objects.requireNonNull(runs.get(id)).events()).orElse(all);
        return lastId.startsWith(feed + "-")
                ? ring.after(Long.parseLong(lastId.substring(feed.length() + 1)))
                : Optional.empty();
    }

    /** The id before every event. */
    String beginning() {
        return FeedEvent.id(feed, 0);
    }

    /** The events that are left of a run. */
    List<FeedEvent> events(String runId) {
        return Optional.ofNullable(runs.get(runId))
                .map(run -> run.events().all())
                .orElse(List.of());
    }

    /**
     * A client that {@link #follow} begins.
     *
     * @param runId one that there is; empty for all runs
     */
    FeedClient client(FeedPipe pipe, Optional<String> runId) {
        return new FeedClient(pipe, runId, () -> snapshot(runId));
    }

    /** Lets a client follow until it leaves, from behind {@code lastId} on if that can be done. */
    void follow(FeedClient client, Optional<String> lastId) {
        clients.add(client);
        lastId.flatMap(id -> after(client.runId(), id)).ifPresentOrElse(client::resume, client::begin);
        if (client.runId().flatMap(this::progress).filter(RunProgress::ended).isPresent()) {
            client.end();
        }
    }

    void leave(FeedClient client) {
        clients.remove(client);
    }

    int clients() {
        return clients.size();
    }

    private FeedMessage snapshot(Optional<String> runId) {
        String id = FeedEvent.id(feed, number);
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id).put("type", "snapshot");
        ArrayNode array = json.putArray("runs");
        runs.forEach((key, run) -> {
            if (runId.isEmpty() || runId.get().equals(key)) {
                array.add(run.progress().json());
            }
        });
        return new FeedMessage(id, "snapshot", json.toString());
    }
}
