package io.rapidbyte.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import io.vertx.core.http.HttpMethod;
import java.util.List;
import java.util.Optional;

/**
 * One operation of the API's description.
 *
 * @param id names its handler
 * @param path in the form of OpenAPI, such as {@code /api/v1/runs/{run}}
 * @param feed whether its answer goes on until one side ends it
 */
record Operation(
        String id,
        HttpMethod method,
        String path,
        Role role,
        boolean feed,
        List<Parameter> parameters,
        Optional<Body> body) {
    Operation {
        parameters = List.copyOf(parameters);
    }

    enum Place {
        PATH,
        QUERY,
        HEADER
    }

    /**
     * A parameter.
     *
     * @param type as the schema has it: {@code string}, {@code integer} or {@code boolean}
     * @param fallback empty where there is no default
     */
    record Parameter(
            String name, Place place, boolean required, String type, Optional<JsonNode> fallback, JsonSchema schema) {}

    /** What a request may carry. */
    record Body(boolean required, String mediaType, long maxBytes, JsonSchema schema) {}
}
