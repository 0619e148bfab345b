package io.rapidbyte.connector;

import java.time.Duration;
import java.util.Map;

/** Where an instance's time went. Written by the guest thread, read by any. */
public final class StageTimings {
    StageTimings() {}

    /**
     * Time so far by what it went to: {@code module-load}, {@code guest} (in guest code itself),
     * {@code connect}, {@code socket-read}, {@code socket-write}, {@code emit-wait}, {@code next-wait}.
     */
    public Map<String, Duration> snapshot() {
        throw new UnsupportedOperationException();
    }
}
