package io.rapidbyte.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.rapidbyte.server.Operation.Body;
import io.rapidbyte.server.Operation.Parameter;
import io.rapidbyte.server.Operation.Place;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The OpenAPI document, read: its operations in its order, with schemas compiled. The document is ours, so a defect of it is one of the
 * program's. Immutable.
 */
final class ApiDescription {
    private static final String RESOURCE = "openapi.yaml";
    private static final List<String> METHODS = List.of("get", "put", "post", "delete");

    private final String text;
    private final JsonNode document;
    private final JsonSchemaFactory schemas = schemas();
    private final List<Operation> operations;

    private ApiDescription(String text) {
        this.text = text;
        this.document = new ObjectMapper()
                .valueToTree(new Load(LoadSettings.builder().setLabel(RESOURCE).build()).loadFromString(text));
        this.operations = readOperations();
    }

    /** JSON Schema 2020-12, as OpenAPI 3.1 has it, with the place where OpenAPI keeps schemas. */
    private static JsonSchemaFactory schemas() {
        JsonMetaSchema dialect = JsonMetaSchema.builder(JsonMetaSchema.getV202012())
                .keyword(new NonValidationKeyword("components"))
                .build();
        return JsonSchemaFactory.builder(JsonSchemaFactory.getInstance(VersionFlag.V202012))
                .metaSchema(dialect)
                .defaultMetaSchemaIri(dialect.getIri())
                .build();
    }

    /** Blocks on the class path. */
    static ApiDescription load() {
        try (InputStream in = Objects.requireNonNull(ApiDescription.class.getResourceAsStream(RESOURCE))) {
            return new ApiDescription(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The document as it is written. */
    String text() {
        return text;
    }

    List<Operation> operations() {
        return operations;
    }

    /** The schema of an operation's JSON answer; empty where the document has none for this status and type. */
    Optional<JsonSchema> answer(String operationId, int status, String mediaType) {
        for (JsonNode path : document.path("paths")) {
            for (String method : METHODS) {
                JsonNode operation = path.path(method);
                if (operation.path("operationId").asText().equals(operationId)) {
                    JsonNode answers = operation.path("responses");
                    JsonNode answer = resolve(
                            answers.has(String.valueOf(status))
                                    ? answers.path(String.valueOf(status))
                                    : answers.path("default"));
                    return Optional.ofNullable(
                                    answer.path("content").path(mediaType).get("schema"))
                            .map(this::compile);
                }
            }
        }
        return Optional.empty();
    }

    private List<Operation> readOperations() {
        List<Operation> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            for (String method : METHODS) {
                JsonNode operation = path.getValue().get(method);
                if (operation != null) {
                    all.add(operation(path.getKey(), path.getValue(), method, operation));
                }
            }
        }
        return List.copyOf(all);
    }

    private Operation operation(String path, JsonNode item, String method, JsonNode operation) {
        List<Parameter> parameters = new ArrayList<>();
        item.path("parameters").forEach(each -> parameters.add(parameter(resolve(each))));
        operation.path("parameters").forEach(each -> parameters.add(parameter(resolve(each))));
        return new Operation(
                operation.required("operationId").asText(),
                HttpMethod.valueOf(method.toUpperCase(Locale.ROOT)),
                path,
                Role.valueOf(operation.required("x-role").asText().toUpperCase(Locale.ROOT)),
                operation.path("x-feed").asBoolean(false),
                parameters,
                Optional.ofNullable(operation.get("requestBody")).map(this::body));
    }

    private Parameter parameter(JsonNode parameter) {
        JsonNode schema = parameter.required("schema");
        return new Parameter(
                parameter.required("name").asText(),
                Place.valueOf(parameter.required("in").asText().toUpperCase(Locale.ROOT)),
                parameter.path("required").asBoolean(false),
                resolve(schema).required("type").asText(),
                Optional.ofNullable(resolve(schema).get("default")),
                compile(schema));
    }

    private Body body(JsonNode body) {
        Map.Entry<String, JsonNode> content =
                body.required("content").properties().iterator().next();
        return new Body(
                body.path("required").asBoolean(false),
                content.getKey(),
                body.required("x-max-bytes").asLong(),
                compile(content.getValue().required("schema")));
    }

    /** What a {@code $ref} stands for. */
    private JsonNode resolve(JsonNode node) {
        JsonNode reference = node.get("$ref");
        return reference == null ? node : document.at(reference.asText().substring(1));
    }

    /** Schemas refer to others as {@code #/components/schemas/…}, so each takes these along. */
    private JsonSchema compile(JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", document.path("components"));
        return schemas.getSchema(
                whole,
                SchemaValidatorsConfig.builder()
                        .pathType(PathType.JSON_POINTER)
                        .formatAssertionsEnabled(true)
                        .locale(Locale.ENGLISH)
                        .build());
    }
}
