package io.rapidbyte.server;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Keeps what was found for some seconds: who asks meanwhile is given the same. On the server's event loop. */
final class Lately<K, V> {
    /** Five seconds: what lies in folders of connectors changes when people change it. */
    private static final Duration FRESH = Duration.ofSeconds(5);

    private record Found<V>(long nanos, Future<V> value) {}

    private final Map<K, Found<V>> found = new HashMap<>();

    /** @param search begun where nothing fresh is known */
    Future<V> get(K key, Supplier<Future<V>> search) {
        long now = System.nanoTime();
        found.values().removeIf(each -> now - each.nanos() > FRESH.toNanos());
        return found.computeIfAbsent(key, k -> new Found<>(now, search.get())).value();
    }
}
