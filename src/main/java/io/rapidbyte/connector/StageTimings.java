package io.rapidbyte.connector;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Where an instance's time went. Written by the guest thread, read by any. */
public final class StageTimings {
    /** What time goes to. */
    enum Phase {
        /** Loading, linking and starting the module. */
        MODULE_LOAD,
        /** In guest code itself, without what it asked of the host. */
        GUEST,
        /** Looking up and reaching hosts, TLS handshakes among it. */
        CONNECT,
        SOCKET_READ,
        SOCKET_WRITE,
        /** Handing batches downstream, most of it waiting for credit. */
        EMIT_WAIT,
        /** Waiting for batches from upstream and taking them. */
        NEXT_WAIT
    }

    private final Map<Phase, LongAdder> nanos = new ConcurrentHashMap<>();

    StageTimings() {}

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
     * Time so far by what it went to: {@code module-load}, {@code guest} (in guest code itself; counted
     * when a call ends), {@code connect}, {@code socket-read}, {@code socket-write}, {@code emit-wait},
     * {@code next-wait}.
     */
    public Map<String, Duration> snapshot() {
        Map<String, Duration> snapshot = new LinkedHashMap<>();
        for (Phase phase : Phase.values()) {
            snapshot.put(phase.name().toLowerCase(Locale.ROOT).replace('_', '-'), Duration.ofNanos(get(phase)));
        }
        return Collections.unmodifiableMap(snapshot);
    }

    private long get(Phase phase) {
        LongAdder adder = nanos.get(phase);
        return adder == null ? 0 : adder.sum();
    }
}
