package io.rapidbyte.connector;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Where an instance's time went: each moment of a call counts for one phase. Written by the guest thread, read by
 * any. Clocks are read where the guest calls the host, which it does by the batch and not by the row.
 */
public final class StageTimings {
    /** What the names of metrics begin with by which a guest says what it uses its sockets for. */
    static final String ANNOUNCEMENT = "phase.";

    /** What time goes to. */
    enum Phase {
        /** Loading, linking and starting the module. */
        MODULE_LOAD,
        /** In guest code itself, without what it asked of the host. */
        GUEST,
        /** Looking up and reaching hosts, handshakes among it. */
        CONNECT,
        /** Sockets of a guest that does not say what for. */
        SOCKET_READ,
        SOCKET_WRITE,
        /** Statements and their answers. */
        QUERY,
        /** Receiving rows. */
        FETCH,
        /** Sending rows. */
        COPY,
        /** Waiting until the peer has taken what was sent. */
        FLUSH,
        /** Moving staged rows to where they belong. */
        MERGE,
        /** Building indexes and keys. */
        INDEX,
        /** Making rows durable. */
        COMMIT,
        /** Handing batches downstream, waiting for credit among it. */
        EMIT,
        /** Taking batches from upstream, waiting for them among it. */
        NEXT,
        /** Bringing checkpoints to the host's books. */
        CHECKPOINT,
        /** Reading and writing what the connector keeps. */
        STATE,
        /** Waiting for the source to go on. */
        PAUSE;

        private String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        private boolean ofSockets() {
            return switch (this) {
                case CONNECT, QUERY, FETCH, COPY, FLUSH, MERGE, INDEX, COMMIT -> true;
                case MODULE_LOAD, GUEST, SOCKET_READ, SOCKET_WRITE, EMIT, NEXT, CHECKPOINT, STATE, PAUSE -> false;
            };
        }
    }

    private final Map<Phase, LongAdder> nanos = new ConcurrentHashMap<>();

    /** What the guest said last that it uses its sockets for. The guest thread's own. */
    private Optional<Phase> announced = Optional.empty();

    StageTimings() {}

    /** The guest has begun another part of its work; a word that nobody knows changes nothing (I32). */
    void announce(String word) {
        for (Phase phase : Phase.values()) {
            if (phase.ofSockets() && phase.word().equals(word)) {
                announced = Optional.of(phase);
            }
        }
    }

    /** What time at a socket goes to now: what the guest announced, else {@code plain}. */
    Phase atSocket(Phase plain) {
        return announced.orElse(plain);
    }

    void add(Phase phase, long elapsedNanos) {
        nanos.computeIfAbsent(phase, _ -> new LongAdder()).add(elapsedNanos);
    }

    /** Adds what passed since {@code startNanos}. */
    void addSince(Phase phase, long startNanos) {
        add(phase, System.nanoTime() - startNanos);
    }

    /** What went to the host on the guest's behalf. */
    long hostNanos() {
        long sum = 0;
        for (Phase phase : Phase.values()) {
            sum += phase.compareTo(Phase.GUEST) > 0 ? get(phase) : 0;
        }
        return sum;
    }

    /**
     * Time so far by what it went to, such as {@code module-load}, {@code guest} (in guest code itself; counted when a
     * call ends), {@code connect}, {@code query}, {@code fetch}, {@code emit}, {@code next}. What took no time has no
     * key.
     */
    public Map<String, Duration> snapshot() {
        Map<String, Duration> snapshot = new LinkedHashMap<>();
        for (Phase phase : Phase.values()) {
            if (get(phase) > 0) {
                snapshot.put(phase.word(), Duration.ofNanos(get(phase)));
            }
        }
        return Collections.unmodifiableMap(snapshot);
    }

    private long get(Phase phase) {
        LongAdder adder = nanos.get(phase);
        return adder == null ? 0 : adder.sum();
    }
}
