package io.rapidbyte.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.ValidationMessage;
import io.rapidbyte.server.Operation.Body;
import io.rapidbyte.server.Operation.Parameter;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds a request against the description of its operation. Throws {@link HttpProblem} where it differs. */
final class CallReader {
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private CallReader() {}

    static Call read(Operation operation, Role role, RoutingContext context) {
        Map<String, JsonNode> parameters = new HashMap<>();
        for (Parameter parameter : operation.parameters()) {
            Optional<JsonNode> given = text(parameter, context).map(text -> value(parameter, text));
            given.or(parameter::fallback).ifPresent(value -> parameters.put(parameter.name(), value));
            if (given.isEmpty() && parameter.required()) {
                throw HttpProblem.malformed("the parameter " + parameter.name() + " is missing");
            }
        }
        refuseUnknown(operation, context.queryParams());
        return new Call(context, role, parameters, operation.body().flatMap(body -> body(body, context)));
    }

    private static Optional<String> text(Parameter parameter, RoutingContext context) {
        return switch (parameter.place()) {
            case PATH -> Optional.ofNullable(context.pathParam(parameter.name()));
            case HEADER -> Optional.ofNullable(context.request().getHeader(parameter.name()));
            case QUERY -> {
                List<String> all = context.queryParam(parameter.name());
                if (all.size() > 1) {
                    throw HttpProblem.malformed("the parameter " + parameter.name() + " is there more than once");
                }
                yield all.stream().findFirst();
            }
        };
    }

    private static void refuseUnknown(Operation operation, MultiMap query) {
        Set<String> known = operation.parameters().stream()
                .filter(parameter -> parameter.place() == Operation.Place.QUERY)
                .map(Parameter::name)
                .collect(Collectors.toSet());
        for (String name : query.names()) {
            if (!known.contains(name)) {
                throw HttpProblem.malformed("there is no such parameter in the query here"
                        + (known.isEmpty()
                                ? ""
                                : "; known are "
                                        + String.join(
                                                ", ", known.stream().sorted().toList())));
            }
        }
    }

    private static JsonNode value(Parameter parameter, String text) {
        JsonNode value = switch (parameter.type()) {
            case "integer" -> whole(parameter, text);
            case "boolean" -> flag(parameter, text);
            default -> TextNode.valueOf(text);
        };
        check(parameter.schema(), value, "the parameter " + parameter.name());
        return value;
    }

    private static JsonNode whole(Parameter parameter, String text) {
        try {
            return LongNode.valueOf(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw HttpProblem.malformed("the parameter " + parameter.name() + " must be a whole number");
        }
    }

    private static JsonNode flag(Parameter parameter, String text) {
        return switch (text) {
            case "true" -> BooleanNode.TRUE;
            case "false" -> BooleanNode.FALSE;
            default -> throw HttpProblem.malformed("the parameter " + parameter.name() + " must be true or false");
        };
    }

    private static Optional<JsonNode> body(Body body, RoutingContext context) {
        Buffer sent = Optional.ofNullable(context.body().buffer()).orElse(Buffer.buffer());
        if (sent.length() == 0) {
            if (body.required()) {
                throw HttpProblem.malformed("a body of type " + body.mediaType() + " is needed");
            }
            return Optional.empty();
        }
        requireType(body, context.request().getHeader("content-type"));
        JsonNode value = body.mediaType().equals("application/json") ? json(sent) : TextNode.valueOf(utf8(sent));
        check(body.schema(), value, "the body");
        return Optional.of(value);
    }

    private static void requireType(Body body, @org.jspecify.annotations.Nullable String header) {
        String type = header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!type.equals(body.mediaType())) {
            throw HttpProblem.mediaType("send it as content-type: " + body.mediaType());
        }
    }

    private static JsonNode json(Buffer sent) {
        try {
            return JSON.readTree(sent.getBytes());
        } catch (JsonProcessingException e) {
            throw HttpProblem.malformed("the body is not JSON: " + e.getOriginalMessage());
        } catch (java.io.IOException e) {
            throw HttpProblem.malformed("the body is not JSON");
        }
    }

    private static String utf8(Buffer sent) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(java.nio.ByteBuffer.wrap(sent.getBytes()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw HttpProblem.malformed("the body is not UTF-8 text");
        }
    }

    private static void check(JsonSchema schema, JsonNode value, String what) {
        Set<ValidationMessage> messages = schema.validate(value);
        if (!messages.isEmpty()) {
            ValidationMessage first = messages.iterator().next();
            String place = first.getInstanceLocation().toString();
            String text = first.getMessage();
            throw HttpProblem.malformed(what + (place.isEmpty() ? "" : " at " + place) + ": "
                    + (text.startsWith(place + ": ") ? text.substring(place.length() + 2) : text));
        }
    }
}
