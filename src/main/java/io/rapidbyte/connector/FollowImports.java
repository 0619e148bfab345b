package io.rapidbyte.connector;

import io.rapidbyte.connector.StageTimings.Phase;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.CursorValue;
import java.time.Duration;
import java.util.List;

/** {@code pause} and {@code durable-cursors}: how a source follows its log, and lets it go where nobody needs it. */
final class FollowImports {
    /** Whoever waits longer asks again. */
    private static final long MOST_MILLIS = Duration.ofHours(1).toMillis();

    private final Session session;

    FollowImports(Session session) {
        this.session = session;
    }

    void addTo(Imports imports) {
        imports.add("pause", this::pause);
        imports.add("durable-cursors", _ -> durableCursors());
    }

    private Object pause(Object[] args) throws ConnectorException {
        long millis = (Long) args[0];
        long start = System.nanoTime();
        try {
            // The contract's number has no sign: what looks negative is very large.
            return session.port.pause(Duration.ofMillis(millis < 0 ? MOST_MILLIS : Math.min(millis, MOST_MILLIS)));
        } finally {
            session.timings.addSince(Phase.PAUSE, start);
        }
    }

    private Object durableCursors() throws ConnectorException {
        long start = System.nanoTime();
        try {
            List<CursorValue> cursors = session.port.durableCursors();
            return cursors.stream()
                    .map(cursor -> Twins.toWit(Contract.type("cursor-value"), cursor))
                    .toList();
        } finally {
            session.timings.addSince(Phase.STATE, start);
        }
    }
}
