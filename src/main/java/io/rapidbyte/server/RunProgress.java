package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.engine.ReportJson;
import io.rapidbyte.engine.RunEventJson;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.StreamReport;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A run as its events have told it so far. */
final class RunProgress {
    private static final class Stream {
        private String status = "waiting";
        private int attempt;
        private long rowsRead;
        private long bytesRead;
        private long rowsOut;
        private long rowsRejected;
        private Optional<Long> rowsExpected = Optional.empty();
        private Optional<String> limitedBy = Optional.empty();
        private List<RunEvent.Edge> edges = List.of();
        private long frontier;
        private long rowsCommitted;
        private Optional<Instant> startedAt = Optional.empty();
        private Optional<String> error = Optional.empty();
    }

    private final String runId;
    private final String pipeline;
    private final Instant startedAt;
    private final Map<String, Stream> streams = new LinkedHashMap<>();
    private Instant at;
    private Optional<RunReport> report = Optional.empty();

    RunProgress(RunEvent.RunStarted started) {
        this.runId = started.runId();
        this.pipeline = started.pipeline();
        this.startedAt = started.at();
        this.at = started.at();
        started.streams().forEach(name -> streams.put(name, new Stream()));
    }

    String pipeline() {
        return pipeline;
    }

    boolean ended() {
        return report.isPresent();
    }

    /** Whether every stream that is under way is one of these. */
    boolean onlyRuns(java.util.Set<String> names) {
        return streams.entrySet().stream()
                .filter(stream -> stream.getValue().status.equals("running"))
                .allMatch(stream -> names.contains(stream.getKey()));
    }

    void apply(RunEvent event) {
        at = event.at();
        switch (event) {
            case RunEvent.RunStarted _, RunEvent.Log _ -> {}
            case RunEvent.StreamStarted e -> {
                Stream stream = stream(e.streamName());
                stream.status = "running";
                stream.attempt = 1;
                stream.startedAt = Optional.of(e.at());
            }
            case RunEvent.StreamProgress e -> {
                Stream stream = stream(e.streamName());
                stream.status = "running";
                stream.rowsRead = e.rowsRead();
                stream.bytesRead = e.bytesRead();
                stream.rowsOut = e.rowsOut();
                stream.rowsRejected = e.rowsRejected();
                stream.rowsExpected = e.rowsExpected();
                stream.limitedBy = e.limitedBy();
                stream.edges = e.edges();
            }
            case RunEvent.FrontierCommitted e -> {
                Stream stream = stream(e.streamName());
                stream.frontier = e.frontier();
                stream.rowsCommitted = e.rows();
            }
            case RunEvent.StreamRetrying e -> {
                Stream stream = stream(e.streamName());
                stream.status = "retrying";
                stream.attempt = e.attempt() + 1;
                stream.error = Optional.of(e.message());
            }
            case RunEvent.StreamFinished e -> finished(e.report());
            case RunEvent.RunFinished e -> {
                e.report().streams().forEach(this::finished);
                report = Optional.of(e.report());
            }
        }
    }

    private void finished(StreamReport told) {
        Stream stream = stream(told.streamName());
        stream.status = ReportJson.word(told.status());
        stream.attempt = told.attempts();
        stream.rowsRead = told.rowsRead();
        stream.bytesRead = told.bytesRead();
        stream.rowsOut = Math.max(stream.rowsOut, told.rowsWritten());
        stream.rowsRejected = told.rowsRejected();
        stream.limitedBy = Optional.empty();
        stream.error = told.failure().map(failure -> failure.error().message());
    }

    private Stream stream(String name) {
        return streams.computeIfAbsent(name, n -> new Stream());
    }

    /** As the schema {@code Progress} of the API describes it. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("run_id", runId)
                .put("pipeline", pipeline)
                .put("status", report.map(r -> ReportJson.word(r.status())).orElse("running"))
                .put("started_at", startedAt.toString())
                .put("at", at.toString());
        ArrayNode all = json.putArray("streams");
        streams.forEach((name, stream) -> all.add(json(name, stream)));
        report.ifPresent(told -> json.set("report", ReportJson.encode(told)));
        return json;
    }

    private static ObjectNode json(String name, Stream stream) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("stream", name)
                .put("status", stream.status)
                .put("attempt", stream.attempt)
                .put("rows_read", stream.rowsRead)
                .put("bytes_read", stream.bytesRead)
                .put("rows_out", stream.rowsOut)
                .put("rows_rejected", stream.rowsRejected)
                .put("frontier", stream.frontier)
                .put("rows_committed", stream.rowsCommitted);
        stream.startedAt.ifPresent(time -> json.put("started_at", time.toString()));
        stream.rowsExpected.ifPresent(rows -> json.put("rows_expected", rows));
        stream.limitedBy.ifPresent(stage -> json.put("limited_by", stage));
        stream.error.ifPresent(message -> json.put("error", message));
        json.set("edges", RunEventJson.edges(stream.edges));
        return json;
    }
}
