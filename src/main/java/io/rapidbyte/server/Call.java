package io.rapidbyte.server;

import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A request that was found to be as its operation describes it.
 *
 * @param role what its sender may do
 * @param parameters by name; those that are absent and have no default have no entry
 * @param body text for YAML, an object for JSON; empty where there is none
 */
record Call(RoutingContext context, Role role, Map<String, JsonNode> parameters, Optional<JsonNode> body) {
    Call {
        parameters = Map.copyOf(parameters);
    }

    /** A parameter that is required or has a default. */
    String text(String name) {
        return required(name).asText();
    }

    long number(String name) {
        return required(name).asLong();
    }

    boolean flag(String name) {
        return required(name).asBoolean();
    }

    Optional<String> optional(String name) {
        return Optional.ofNullable(parameters.get(name)).map(JsonNode::asText);
    }

    private JsonNode required(String name) {
        return Objects.requireNonNull(parameters.get(name), name);
    }

    /** Does one operation. On the server's event loop. */
    interface Handler {
        /** A failed future becomes a problem by {@link Refusals}. */
        io.vertx.core.Future<Answer> handle(Call call);
    }
}
