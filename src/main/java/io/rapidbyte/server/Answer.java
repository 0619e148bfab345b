package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** What an operation answers when all went well. */
sealed interface Answer {

    /**
     * A JSON object.
     *
     * @param headers beside those that every answer has
     */
    record Json(int status, ObjectNode body, Map<String, String> headers) implements Answer {}

    record Text(String mediaType, String body) implements Answer {}

    /** The operation has taken the connection over, and has answered or will. */
    record Taken() implements Answer {}

    static Answer ok(ObjectNode body) {
        return new Json(200, body, Map.of());
    }
}
