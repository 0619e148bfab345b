package io.rapidbyte.server;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** Says who may do what. */
final class Access {
    /** What a WebSocket speaks; browsers offer it together with {@code bearer.TOKEN}. */
    static final String SUBPROTOCOL = "rapidbyte.v1";

    private static final String SCHEME = "bearer ";
    private static final String SUBPROTOCOL_TOKEN = "bearer.";

    private final Tokens tokens;
    private final FailureBudget failures;
    private final Audit audit;

    Access(Tokens tokens, FailureBudget failures, Audit audit) {
        this.tokens = tokens;
        this.failures = failures;
        this.audit = audit;
    }

    /** @throws HttpProblem unless the request comes with a token for {@code needed} */
    Role require(Role needed, HttpServerRequest request) {
        refuseForeignPages(request);
        if (needed == Role.OPEN) {
            return Role.OPEN;
        }
        Optional<String> presented = presented(request);
        Role role = presented.map(tokens::roleOf).orElse(Role.OPEN);
        if (role.includes(needed)) {
            return role;
        }
        if (role != Role.OPEN) {
            throw HttpProblem.forbidden("the token is one for reading; this takes the one for operating");
        }
        if (presented.isPresent()) {
            wrongToken(request);
        }
        throw HttpProblem.unauthorized("send the server's token as header: Authorization: Bearer TOKEN");
    }

    private void wrongToken(HttpServerRequest request) {
        if (!failures.take(Audit.address(request))) {
            throw HttpProblem.tooMany("too many wrong tokens came from this address; wait before the next");
        }
        audit.wrongToken(request);
    }

    private static Optional<String> presented(HttpServerRequest request) {
        String header = Objects.requireNonNullElse(request.getHeader(HttpHeaders.AUTHORIZATION), "");
        if (header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return Optional.of(header.substring(SCHEME.length()).strip());
        }
        String protocols = Objects.requireNonNullElse(request.getHeader("sec-websocket-protocol"), "");
        for (String protocol : protocols.split(",", -1)) {
            String name = protocol.strip();
            if (name.startsWith(SUBPROTOCOL_TOKEN)) {
                return Optional.of(decoded(name.substring(SUBPROTOCOL_TOKEN.length())));
            }
        }
        return Optional.empty();
    }

    private static String decoded(String base64) {
        try {
            return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** A browser says which page a request comes from; only our own may ask, over WebSockets too. */
    private static void refuseForeignPages(HttpServerRequest request) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin == null) {
            return;
        }
        String own = (request.isSSL() ? "https://" : "http://")
                + Optional.ofNullable(request.authority()).map(Object::toString).orElse("");
        if (!origin.equalsIgnoreCase(own)) {
            throw HttpProblem.forbidden("pages of other origins may not use this server");
        }
    }
}
