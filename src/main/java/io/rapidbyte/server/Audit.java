package io.rapidbyte.server;

import io.vertx.core.http.HttpServerRequest;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;

/** A line for each change that was asked for, whatever the answer, and for each wrong token. Holds no secrets (I31). */
final class Audit {
    /** Of its own name, so that it can be sent elsewhere. */
    private static final Logger LOG = System.getLogger("io.rapidbyte.audit");

    static String address(HttpServerRequest request) {
        return Optional.ofNullable(request.remoteAddress())
                .map(address -> Optional.ofNullable(address.hostAddress()).orElse("?"))
                .orElse("?");
    }

    void change(HttpServerRequest request, Operation operation, Role role, int status) {
        LOG.log(
                Level.INFO,
                () -> operation.id() + " " + printable(request) + " by "
                        + role.name().toLowerCase(java.util.Locale.ROOT) + " from " + address(request) + ": " + status);
    }

    void wrongToken(HttpServerRequest request) {
        LOG.log(
                Level.WARNING,
                () -> "wrong token from " + address(request) + " for " + request.method() + " " + printable(request));
    }

    /** What the server did by itself. */
    void act(String what) {
        LOG.log(Level.INFO, what);
    }

    private static String printable(HttpServerRequest request) {
        String path = Objects.requireNonNullElse(request.path(), "");
        String cut = path.length() > 200 ? path.substring(0, 200) + "…" : path;
        return cut.replaceAll("[^!-~]", "?");
    }
}
