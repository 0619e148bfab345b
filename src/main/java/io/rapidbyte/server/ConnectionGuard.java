package io.rapidbyte.server;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bounds connections. One that has not yet asked for anything is closed after {@link #SILENCE}, or earlier where too many
 * others wait as well: the oldest goes first, so that who asks at once is always served.
 */
final class ConnectionGuard {
    /** Ten seconds from the connection to the end of its first request's head. */
    static final Duration SILENCE = Duration.ofSeconds(10);

    /** How many may be silent at once: as many as feeds may have clients, who all come back at once after a restart. */
    static final int MAX_SILENT = 2_048;

    /** How many there may be altogether. */
    static final int MAX_CONNECTIONS = 4_096;

    private final Vertx vertx;

    /** In the order of their beginning, each with its timer. */
    private final Map<HttpConnection, Long> silent = new LinkedHashMap<>();

    private int open;

    ConnectionGuard(Vertx vertx) {
        this.vertx = vertx;
    }

    void opened(HttpConnection connection) {
        if (open >= MAX_CONNECTIONS) {
            connection.close();
            return;
        }
        open++;
        if (silent.size() >= MAX_SILENT) {
            Iterator<HttpConnection> oldest = silent.keySet().iterator();
            HttpConnection victim = oldest.next();
            spoke(victim);
            victim.close();
        }
        silent.put(connection, vertx.setTimer(SILENCE.toMillis(), t -> connection.close()));
        connection.closeHandler(closed -> {
            open--;
            spoke(connection);
        });
    }

    /** To be called for every request. */
    void spoke(HttpConnection connection) {
        Long timer = silent.remove(connection);
        if (timer != null) {
            vertx.cancelTimer(timer);
        }
    }

    int open() {
        return open;
    }
}
