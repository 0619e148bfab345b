package io.rapidbyte.server;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One client of a live feed. What a slow one cannot take waits here: of progress the latest of each stream, of everything else all; where
 * even that is too much a snapshot takes its place, which tells the end of what has ended as well. So memory is bounded, and
 * no report is lost.
 */
final class FeedClient {
    /** The most that may wait. */
    static final int MAX_WAITING = 256;

    /** How many heartbeats a client may be stuck: two minutes. */
    static final int MAX_STUCK_HEARTBEATS = 8;

    private final FeedPipe pipe;
    private final Optional<String> runId;
    private final Supplier<FeedMessage> snapshot;
    private final Map<Object, FeedEvent> waiting = new LinkedHashMap<>();
    private boolean behind;
    private boolean ending;
    private int stuck;

    /**
     * @param runId empty for all runs
     * @param snapshot how things stand when it is called
     */
    FeedClient(FeedPipe pipe, Optional<String> runId, Supplier<FeedMessage> snapshot) {
        this.pipe = pipe;
        this.runId = runId;
        this.snapshot = snapshot;
    }

    /** Empty for all runs. */
    Optional<String> runId() {
        return runId;
    }

    void begin() {
        behind = true;
        drain();
    }

    void resume(List<FeedEvent> missed) {
        missed.forEach(this::offer);
    }

    void offer(FeedEvent event) {
        if (behind) {
            return;
        }
        Object key = event.coalescingKey();
        waiting.remove(key);
        waiting.put(key, event);
        drain();
        if (waiting.size() > MAX_WAITING) {
            waiting.clear();
            behind = true;
        }
    }

    /** Sends what the client takes; to be called when it takes more again. */
    void drain() {
        while (!pipe.full() && (behind || !waiting.isEmpty())) {
            stuck = 0;
            if (behind) {
                behind = false;
                pipe.send(snapshot.get());
            } else {
                Iterator<FeedEvent> first = waiting.values().iterator();
                pipe.send(first.next().message());
                first.remove();
            }
        }
        if (ending && !behind && waiting.isEmpty()) {
            pipe.end();
        }
    }

    /** Nothing more will come; ends once everything has been sent. */
    void end() {
        ending = true;
        drain();
    }

    void heartbeat() {
        if (!pipe.full()) {
            pipe.heartbeat();
        } else if (++stuck > MAX_STUCK_HEARTBEATS) {
            pipe.drop();
        }
    }
}
