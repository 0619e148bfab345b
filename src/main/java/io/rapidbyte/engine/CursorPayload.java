package io.rapidbyte.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.model.CursorValue;
import java.util.Optional;

/** The barriers' payloads of streams that keep a cursor: its value as a JSON object. */
final class CursorPayload {
    private static final ObjectMapper JSON = new ObjectMapper();

    private CursorPayload() {}

    /**
     * The value; empty for an empty payload, which stands for no row with a cursor and moves nothing (I9).
     *
     * @throws IllegalArgumentException if it is neither
     */
    static Optional<CursorValue> parse(String payload) {
        if (payload.isEmpty()) {
            return Optional.empty();
        }
        JsonNode json = read(payload);
        JsonNode type = json.path("type-name");
        JsonNode value = json.path("value");
        JsonNode tie = json.path("tie-breaker");
        if (!type.isTextual() || !value.isTextual() || !(tie.isTextual() || tie.isNull() || tie.isMissingNode())) {
            throw malformed(payload);
        }
        return Optional.of(new CursorValue(
                type.textValue(),
                value.textValue(),
                tie.isTextual() ? Optional.of(tie.textValue()) : Optional.empty()));
    }

    private static JsonNode read(String payload) {
        try {
            return JSON.readTree(payload);
        } catch (JsonProcessingException e) {
            throw malformed(payload);
        }
    }

    private static IllegalArgumentException malformed(String payload) {
        return new IllegalArgumentException("a barrier of a stream with a cursor carries no cursor but: "
                + payload.substring(0, Math.min(payload.length(), 200)));
    }
}
