package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.state.DeadLetter;
import io.rapidbyte.state.Lease;
import io.rapidbyte.state.LoadRecord;
import io.rapidbyte.state.RunRecord;
import io.rapidbyte.state.StoredCursor;
import io.rapidbyte.state.StreamRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** What the state holds as JSON objects. Field names are an API: they are added, never renamed. */
public final class RecordJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private RecordJson() {}

    /** How far a pipeline's streams have got, by name, and who runs it. */
    public static ObjectNode state(
            String pipeline, Optional<Lease> lease, List<LoadRecord> loads, List<StoredCursor> cursors) {
        ObjectNode node = NODES.objectNode().put("pipeline", pipeline);
        lease.ifPresent(held -> node.putObject("lease")
                .put("run_id", held.runId())
                .put("holder", held.holder().toString())
                .put("acquired_at", held.acquiredAt().toString())
                .put("expires_at", held.expiresAt().toString()));
        ArrayNode streams = node.putArray("streams");
        TreeSet<String> names = new TreeSet<>();
        loads.forEach(load -> names.add(load.stream()));
        cursors.forEach(cursor -> names.add(cursor.stream()));
        for (String name : names) {
            ObjectNode stream = streams.addObject().put("stream", name);
            newest(loads, name).ifPresent(load -> stream.set("load", load(load)));
            cursors.stream()
                    .filter(cursor -> cursor.stream().equals(name))
                    .forEach(cursor -> stream.set("cursor", cursor(cursor)));
        }
        return node;
    }

    /** The open load of a stream, or else the last that ended. */
    public static Optional<LoadRecord> newest(List<LoadRecord> loads, String stream) {
        List<LoadRecord> own = new ArrayList<>(
                loads.stream().filter(load -> load.stream().equals(stream)).toList());
        return own.stream()
                .filter(load -> load.status() == LoadRecord.Status.OPEN)
                .findFirst()
                .or(() -> own.stream().reduce((first, second) -> second));
    }

    private static ObjectNode load(LoadRecord load) {
        return NODES.objectNode()
                .put("load_id", load.loadId())
                .put("status", ReportJson.word(load.status()))
                .put("sync_mode", ReportJson.word(load.syncMode()))
                .put("write_mode", ReportJson.word(load.writeMode()))
                .put("checkpoint", load.sequence())
                .put("rows", load.rows())
                .put("rejected", load.rejected())
                .put("run_id", load.runId())
                .put("opened_at", load.openedAt().toString())
                .put("updated_at", load.updatedAt().toString());
    }

    private static ObjectNode cursor(StoredCursor stored) {
        CursorValue cursor = stored.value();
        ObjectNode node = NODES.objectNode();
        stored.field().ifPresent(field -> node.put("field", field));
        node.put("type", cursor.typeName()).put("value", cursor.value());
        cursor.tieBreaker().ifPresent(tie -> node.put("tie_breaker", tie));
        return node;
    }

    /** A run, with its streams if the record has them. */
    public static ObjectNode run(RunRecord run) {
        ObjectNode node = record(run);
        if (!run.streams().isEmpty()) {
            ArrayNode streams = node.putArray("streams");
            run.streams().forEach(stream -> streams.add(stream(stream)));
        }
        return node;
    }

    private static ObjectNode record(RunRecord run) {
        ObjectNode node = NODES.objectNode()
                .put("run_id", run.runId())
                .put("pipeline", run.pipeline())
                .put("status", ReportJson.word(run.state()))
                .put("trigger", run.trigger())
                .put("holder", run.holder().toString())
                .put("started_at", run.startedAt().toString());
        run.endedAt().ifPresent(end -> node.put("ended_at", end.toString()));
        run.failure().ifPresent(failure -> node.set("failure", failure(failure)));
        return node;
    }

    private static ObjectNode failure(RunRecord.RecordedFailure failure) {
        ObjectNode node = NODES.objectNode()
                .put("kind", ReportJson.word(failure.kind()))
                .put("code", failure.code())
                .put("message", failure.message());
        failure.stream().ifPresent(stream -> node.put("stream", stream));
        failure.stage().ifPresent(stage -> node.put("stage", stage));
        return node;
    }

    private static ObjectNode stream(StreamRecord stream) {
        ObjectNode node = NODES.objectNode()
                .put("stream", stream.stream())
                .put("status", ReportJson.word(stream.state()))
                .put("load_id", stream.loadId())
                .put("continued", stream.continued())
                .put("rows_read", stream.rowsRead())
                .put("rows_written", stream.rowsWritten())
                .put("bytes_read", stream.bytesRead())
                .put("batches", stream.batches())
                .put("seconds", ReportJson.seconds(stream.duration()))
                .put("dead_letters", stream.deadLetters());
        stream.failure().ifPresent(failure -> node.set("failure", failure(failure)));
        stream.warnings().forEach(node.putArray("warnings")::add);
        stream.schemaChanges().forEach(node.putArray("schema_changes")::add);
        ArrayNode attempts = node.putArray("attempts");
        stream.attempts().forEach(attempt -> attempts.add(attempt(attempt)));
        return node;
    }

    private static ObjectNode attempt(StreamRecord.Attempt attempt) {
        ObjectNode node = NODES.objectNode()
                .put("attempt", attempt.attempt())
                .put("started_at", attempt.startedAt().toString());
        attempt.endedAt().ifPresent(end -> node.put("ended_at", end.toString()));
        attempt.outcome().ifPresent(outcome -> node.put("status", ReportJson.word(outcome)));
        attempt.code().ifPresent(code -> node.put("code", code));
        attempt.message().ifPresent(message -> node.put("message", message));
        attempt.backoff().ifPresent(wait -> node.put("delay", ReportJson.seconds(wait)));
        return node;
    }

    /** A rejected row without its schema. The row stays text: as a JSON number it might lose digits on its way through a parser (I20). */
    public static ObjectNode deadLetter(DeadLetter letter) {
        return NODES.objectNode()
                .put("id", letter.id())
                .put("pipeline", letter.pipeline())
                .put("stream", letter.rejected().streamName())
                .put("run_id", letter.runId())
                .put("load_id", letter.loadId())
                .put("checkpoint", letter.sequence())
                .put("saved_at", letter.savedAt().toString())
                .put("tries", letter.tries())
                .put("obsolete", letter.obsolete())
                .put("category", ReportJson.word(letter.rejected().category()))
                .put("code", letter.rejected().code())
                .put("message", letter.rejected().message())
                .put("row", letter.rejected().row());
    }
}
