package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.RunEvent;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Run events as JSON and back, as they stand on the bus and in the command line's {@code --json}
 * output. Keys are in snake case; {@code type} names the kind of event; times are ISO 8601, durations
 * seconds. What is absent has no key.
 */
public final class RunEventJson {
    private RunEventJson() {}

    /** The event as a JSON object. */
    public static ObjectNode encode(RunEvent event) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("type", type(event));
        json.put("run_id", event.runId());
        json.put("sequence", event.sequence());
        json.put("at", event.at().toString());
        switch (event) {
            case RunEvent.RunStarted e -> {
                json.put("pipeline", e.pipeline());
                ArrayNode streams = json.putArray("streams");
                e.streams().forEach(streams::add);
            }
            case RunEvent.StreamStarted e -> json.put("stream", e.streamName());
            case RunEvent.StreamProgress e -> {
                json.put("stream", e.streamName())
                        .put("rows_read", e.rowsRead())
                        .put("bytes_read", e.bytesRead())
                        .put("rows_out", e.rowsOut())
                        .put("rows_rejected", e.rowsRejected());
                e.rowsExpected().ifPresent(rows -> json.put("rows_expected", rows));
                e.limitedBy().ifPresent(stage -> json.put("limited_by", stage));
                json.set("edges", edges(e.edges()));
            }
            case RunEvent.FrontierCommitted e ->
                json.put("stream", e.streamName())
                        .put("frontier", e.frontier())
                        .put("rows", e.rows())
                        .put("last", e.last())
                        .put("saved_in", ReportJson.seconds(e.savedIn()));
            case RunEvent.StreamRetrying e ->
                json.put("stream", e.streamName())
                        .put("attempt", e.attempt())
                        .put("code", e.code())
                        .put("message", e.message())
                        .put("delay", ReportJson.seconds(e.delay()));
            case RunEvent.StreamFinished e -> json.set("report", ReportJson.encode(e.report()));
            case RunEvent.Log e -> {
                e.streamName().ifPresent(stream -> json.put("stream", stream));
                json.put("stage", e.stage()).put("level", e.level()).put("message", e.message());
            }
            case RunEvent.RunFinished e -> json.set("report", ReportJson.encode(e.report()));
        }
        return json;
    }

    private static String type(RunEvent event) {
        return switch (event) {
            case RunEvent.RunStarted e -> "run_started";
            case RunEvent.StreamStarted e -> "stream_started";
            case RunEvent.StreamProgress e -> "stream_progress";
            case RunEvent.FrontierCommitted e -> "frontier_committed";
            case RunEvent.StreamRetrying e -> "stream_retrying";
            case RunEvent.StreamFinished e -> "stream_finished";
            case RunEvent.Log e -> "log";
            case RunEvent.RunFinished e -> "run_finished";
        };
    }

    /**
     * The event that {@link #encode} made this of.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static RunEvent decode(JsonNode json) {
        String run = text(json, "run_id");
        long sequence = json.path("sequence").asLong();
        Instant at = time(json, "at");
        return switch (text(json, "type")) {
            case "run_started" -> new RunEvent.RunStarted(run, sequence, at, text(json, "pipeline"), texts(json));
            case "stream_started" -> new RunEvent.StreamStarted(run, sequence, at, text(json, "stream"));
            case "stream_progress" ->
                new RunEvent.StreamProgress(
                        run,
                        sequence,
                        at,
                        text(json, "stream"),
                        json.path("rows_read").asLong(),
                        json.path("bytes_read").asLong(),
                        json.path("rows_out").asLong(),
                        json.path("rows_rejected").asLong(),
                        Optional.ofNullable(json.get("rows_expected")).map(JsonNode::asLong),
                        Optional.ofNullable(json.get("limited_by")).map(JsonNode::asText),
                        edges(json.path("edges")));
            case "frontier_committed" ->
                new RunEvent.FrontierCommitted(
                        run,
                        sequence,
                        at,
                        text(json, "stream"),
                        json.path("frontier").asLong(),
                        json.path("rows").asLong(),
                        json.path("last").asBoolean(),
                        ReportJson.duration(json.path("saved_in")));
            case "stream_retrying" ->
                new RunEvent.StreamRetrying(
                        run,
                        sequence,
                        at,
                        text(json, "stream"),
                        json.path("attempt").asInt(),
                        text(json, "code"),
                        text(json, "message"),
                        ReportJson.duration(json.path("delay")));
            case "stream_finished" ->
                new RunEvent.StreamFinished(run, sequence, at, ReportJson.decodeStream(json.path("report")));
            case "log" ->
                new RunEvent.Log(
                        run,
                        sequence,
                        at,
                        Optional.ofNullable(json.get("stream")).map(JsonNode::asText),
                        text(json, "stage"),
                        text(json, "level"),
                        text(json, "message"));
            case "run_finished" ->
                new RunEvent.RunFinished(run, sequence, at, ReportJson.decodeRun(json.path("report")));
            default -> throw new IllegalArgumentException("no run event: type " + json.path("type"));
        };
    }

    static String text(JsonNode json, String key) {
        JsonNode value = json.get(key);
        if (value == null || !value.isTextual()) {
            throw new IllegalArgumentException("no run event: " + key + " is missing or no text");
        }
        return value.asText();
    }

    static Instant time(JsonNode json, String key) {
        try {
            return Instant.parse(text(json, key));
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("no run event: " + key + " is no time", e);
        }
    }

    /** As events and snapshots have them. */
    public static ArrayNode edges(List<RunEvent.Edge> edges) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        edges.forEach(edge -> array.addObject().put("rows", edge.rows()).put("bytes", edge.bytes()));
        return array;
    }

    private static List<RunEvent.Edge> edges(JsonNode array) {
        List<RunEvent.Edge> edges = new ArrayList<>();
        array.forEach(edge -> edges.add(
                new RunEvent.Edge(edge.path("rows").asLong(), edge.path("bytes").asLong())));
        return edges;
    }

    private static List<String> texts(JsonNode json) {
        List<String> texts = new ArrayList<>();
        json.path("streams").forEach(stream -> texts.add(stream.asText()));
        return texts;
    }
}
