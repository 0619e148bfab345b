package io.rapidbyte.conformance;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import java.time.Duration;

/** Ends a clause: the connector does not keep to it. The message says what was seen. */
final class Breach extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Breach(String message) {
        super(message);
    }

    static Breach late(Duration after) {
        return new Breach("it did not come back within " + after.toSeconds() + " s and had to be stopped");
    }

    static void unless(boolean kept, String message) {
        if (!kept) {
            throw new Breach(message);
        }
    }

    /** Fails on an error that no connector reports by itself: a trap, a limit, a broken rule of the host's. */
    static void unlessTyped(ConnectorException e) {
        unless(isTyped(e), tell(e));
    }

    static boolean isTyped(ConnectorException e) {
        String code = e.error().code();
        return !code.startsWith("guest.") && !code.startsWith("host.") && !code.startsWith("protocol.");
    }

    static String tell(ConnectorException e) {
        ConnectorError error = e.error();
        return error.message() + " [" + error.code() + ", "
                + error.category().name().toLowerCase(java.util.Locale.ROOT) + "]";
    }
}
