package io.rapidbyte.server;

import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How often an address may present a wrong token: {@value #BURST} times at once, then one time every {@value #REFILL_SECONDS} seconds. Bounds what a
 * guesser costs us; a right token is never asked about it, so that nobody can lock others out.
 */
final class FailureBudget {
    static final int BURST = 10;
    static final int REFILL_SECONDS = 6;

    /** The oldest make room for new ones: whoever has that many addresses is not stopped by counting. */
    private static final int MAX_ADDRESSES = 10_000;

    private static final long REFILL_MILLIS = Duration.ofSeconds(REFILL_SECONDS).toMillis();

    private final InstantSource clock;

    /** By address, when its budget will be full again, in milliseconds since 1970. */
    private final Map<String, Long> fullAt = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_ADDRESSES;
        }
    };

    FailureBudget(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes one failure; false if none is left. */
    boolean take(String address) {
        long now = clock.millis();
        long full = Math.max(now, fullAt.getOrDefault(address, 0L)) + REFILL_MILLIS;
        if (full - now > BURST * REFILL_MILLIS) {
            return false;
        }
        fullAt.put(address, full);
        return true;
    }
}
