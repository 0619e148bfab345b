package io.rapidbyte.engine;

import static io.rapidbyte.engine.RunEventJson.text;
import static io.rapidbyte.engine.RunEventJson.time;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.BackoffClass;
import io.rapidbyte.model.Bottleneck;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.ErrorScope;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reports and failures as JSON and back, in the form {@link RunEventJson} describes. */
public final class ReportJson {
    private static final int NANO_DIGITS = 9;
    private static final int SHARE_DIGITS = 3;

    private ReportJson() {}

    /** A run's report as a JSON object. */
    public static ObjectNode encode(RunReport report) {
        ObjectNode json = object();
        json.put("run_id", report.runId()).put("pipeline", report.pipeline());
        json.put("status", word(report.status()))
                .put("started_at", report.startedAt().toString())
                .put("seconds", seconds(report.duration()));
        ArrayNode streams = json.putArray("streams");
        report.streams().forEach(stream -> streams.add(encode(stream)));
        report.failure().ifPresent(failure -> json.set("failure", encode(failure)));
        return json;
    }

    /** A stream's report as a JSON object. */
    public static ObjectNode encode(StreamReport report) {
        ObjectNode json = object();
        json.put("stream", report.streamName()).put("status", word(report.status()));
        json.put("rows_read", report.rowsRead())
                .put("rows_written", report.rowsWritten())
                .put("rows_rejected", report.rowsRejected())
                .put("bytes_read", report.bytesRead())
                .put("batches", report.batches())
                .put("attempts", report.attempts());
        report.continuedFrom().ifPresent(rows -> json.put("continued_from", rows));
        json.put("seconds", seconds(report.duration()));
        ArrayNode warnings = json.putArray("warnings");
        report.warnings().forEach(warnings::add);
        ArrayNode changes = json.putArray("schema_changes");
        report.schemaChanges().forEach(changes::add);
        ObjectNode timings = json.putObject("timings");
        new TreeMap<>(report.timings()).forEach((what, time) -> timings.put(what, seconds(time)));
        report.bottleneck().ifPresent(bottleneck -> json.set("bottleneck", encode(bottleneck)));
        ObjectNode metrics = json.putObject("metrics");
        new TreeMap<>(report.metrics()).forEach((name, value) -> metrics.put(name, number(value)));
        report.failure().ifPresent(failure -> json.set("failure", encode(failure)));
        return json;
    }

    private static ObjectNode encode(Bottleneck bottleneck) {
        return object().put("stage", bottleneck.stage())
                .put("activity", bottleneck.activity())
                .put("share", BigDecimal.valueOf(bottleneck.share()).setScale(SHARE_DIGITS, RoundingMode.HALF_UP))
                .put("text", bottleneck.toString());
    }

    /** Counts are whole numbers and look like it. */
    private static BigDecimal number(double value) {
        BigDecimal exact = BigDecimal.valueOf(value).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    /** A failure as a JSON object. */
    public static ObjectNode encode(Failure failure) {
        ConnectorError error = failure.error();
        ObjectNode json = object();
        json.put("kind", word(failure.kind()));
        failure.streamName().ifPresent(stream -> json.put("stream", stream));
        failure.stage().ifPresent(stage -> json.put("stage", stage));
        json.put("category", word(error.category()))
                .put("scope", word(error.scope()))
                .put("code", error.code())
                .put("message", error.message())
                .put("retryable", error.retryable())
                .put("backoff", word(error.backoff()))
                .put("safe_to_retry", error.safeToRetry());
        error.retryAfterMs().ifPresent(ms -> json.put("retry_after_ms", ms));
        error.commitState().ifPresent(state -> json.put("commit_state", word(state)));
        error.details().ifPresent(details -> json.put("details", details));
        return json;
    }

    static RunReport decodeRun(JsonNode json) {
        List<StreamReport> streams = new ArrayList<>();
        json.path("streams").forEach(stream -> streams.add(decodeStream(stream)));
        return new RunReport(
                text(json, "run_id"),
                text(json, "pipeline"),
                constant(RunStatus.class, json, "status"),
                time(json, "started_at"),
                duration(json.path("seconds")),
                streams,
                optional(json, "failure").map(ReportJson::decodeFailure));
    }

    static StreamReport decodeStream(JsonNode json) {
        List<String> warnings = new ArrayList<>();
        json.path("warnings").forEach(warning -> warnings.add(warning.asText()));
        List<String> schemaChanges = new ArrayList<>();
        json.path("schema_changes").forEach(change -> schemaChanges.add(change.asText()));
        Map<String, Duration> timings = new TreeMap<>();
        json.path("timings").properties().forEach(e -> timings.put(e.getKey(), duration(e.getValue())));
        Map<String, Double> metrics = new TreeMap<>();
        json.path("metrics")
                .properties()
                .forEach(e -> metrics.put(e.getKey(), e.getValue().asDouble()));
        return new StreamReport(
                text(json, "stream"),
                constant(RunStatus.class, json, "status"),
                json.path("rows_read").asLong(),
                json.path("rows_written").asLong(),
                json.path("rows_rejected").asLong(),
                json.path("bytes_read").asLong(),
                json.path("batches").asLong(),
                json.path("attempts").asInt(),
                optional(json, "continued_from").map(JsonNode::asLong),
                duration(json.path("seconds")),
                warnings,
                schemaChanges,
                timings,
                metrics,
                optional(json, "failure").map(ReportJson::decodeFailure));
    }

    private static Failure decodeFailure(JsonNode json) {
        ConnectorError error = new ConnectorError(
                constant(ErrorCategory.class, json, "category"),
                constant(ErrorScope.class, json, "scope"),
                text(json, "code"),
                text(json, "message"),
                json.path("retryable").asBoolean(),
                optional(json, "retry_after_ms").map(JsonNode::asLong),
                constant(BackoffClass.class, json, "backoff"),
                json.path("safe_to_retry").asBoolean(),
                optional(json, "commit_state").map(state -> constant(CommitState.class, state.asText())),
                optional(json, "details").map(JsonNode::asText));
        return new Failure(
                constant(FailureKind.class, json, "kind"),
                error,
                optional(json, "stream").map(JsonNode::asText),
                optional(json, "stage").map(JsonNode::asText));
    }

    /** A constant's name as JSON has it. */
    public static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> E constant(Class<E> type, JsonNode json, String key) {
        return constant(type, text(json, key));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String word) {
        return Enum.valueOf(type, word.toUpperCase(Locale.ROOT));
    }

    static BigDecimal seconds(Duration duration) {
        BigDecimal exact = BigDecimal.valueOf(duration.toNanos(), NANO_DIGITS).stripTrailingZeros();
        return exact.scale() < 0 ? exact.setScale(0) : exact;
    }

    static Duration duration(JsonNode seconds) {
        return Duration.ofNanos(
                seconds.decimalValue().movePointRight(NANO_DIGITS).longValue());
    }

    private static Optional<JsonNode> optional(JsonNode json, String key) {
        return Optional.ofNullable(json.get(key));
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
