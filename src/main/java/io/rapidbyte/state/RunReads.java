package io.rapidbyte.state;

import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import io.rapidbyte.state.RunRecord.RecordedFailure;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Looks into the books of runs. */
final class RunReads {
    private RunReads() {}

    /** Newest first. */
    static Future<List<RunRecord>> list(Sql sql, RunQuery query) {
        StringBuilder text = new StringBuilder("SELECT * FROM runs WHERE TRUE");
        List<Object> arguments = new ArrayList<>();
        query.pipeline().ifPresent(pipeline -> {
            text.append(" AND pipeline = ?");
            arguments.add(pipeline);
        });
        query.after().ifPresent(place -> {
            long millis = place.startedAt().toEpochMilli();
            text.append(" AND (started_at < ? OR (started_at = ? AND run_id > ?))");
            arguments.addAll(List.of(millis, millis, place.runId()));
        });
        arguments.add(query.limit());
        return sql.rows(text + " ORDER BY started_at DESC, run_id LIMIT ?", arguments.toArray())
                .map(list -> list.stream().map(row -> run(row, List.of())).toList());
    }

    /** The last of each of these pipelines that has any. */
    static Future<List<RunRecord>> last(Sql sql, List<String> pipelines) {
        if (pipelines.isEmpty()) {
            return Future.succeededFuture(List.of());
        }
        // Each of these reads one entry of an index, however long the history is.
        String last = "(SELECT run_id FROM runs WHERE pipeline = ? ORDER BY started_at DESC, run_id LIMIT 1)";
        return sql.rows(
                        "SELECT * FROM runs WHERE run_id IN ("
                                + String.join(", ", Collections.nCopies(pipelines.size(), last)) + ")",
                        pipelines.toArray())
                .map(rows -> rows.stream().map(row -> run(row, List.of())).toList());
    }

    static Future<Optional<RunRecord>> find(Sql sql, String runId) {
        return sql.first("SELECT * FROM runs WHERE run_id = ?", runId)
                .compose(row -> row.isEmpty()
                        ? Future.succeededFuture(Optional.empty())
                        : streams(sql, runId).map(streams -> Optional.of(run(row.get(), streams))));
    }

    private static Future<List<StreamRecord>> streams(Sql sql, String runId) {
        return sql.rows("SELECT * FROM attempts WHERE run_id = ? ORDER BY attempt", runId)
                .compose(attempts -> sql.rows("SELECT * FROM run_notes WHERE run_id = ? ORDER BY note_id", runId)
                        .compose(notes -> sql.rows(
                                        "SELECT s.*, (SELECT count(*) FROM dead_letters d WHERE d.run_id = s.run_id"
                                                + " AND d.stream = s.stream AND d.status = 'FINAL') AS letters"
                                                + " FROM run_streams s WHERE run_id = ? ORDER BY position",
                                        runId)
                                .map(rows -> rows.stream()
                                        .map(row -> stream(row, notes, attempts))
                                        .toList())));
    }

    private static RunRecord run(Row row, List<StreamRecord> streams) {
        LeaseHolder holder = new LeaseHolder(
                row.getString("host"),
                row.getString("pid_space"),
                row.getLong("pid"),
                Instant.ofEpochMilli(row.getLong("process_started_at")));
        return new RunRecord(
                row.getString("run_id"),
                row.getString("pipeline"),
                row.getLong("epoch"),
                RunState.valueOf(row.getString("state")),
                row.getString("triggered_by"),
                holder,
                Instant.ofEpochMilli(row.getLong("started_at")),
                instant(row, "ended_at"),
                failure(row),
                streams);
    }

    private static StreamRecord stream(Row row, List<Row> notes, List<Row> attempts) {
        String stream = row.getString("stream");
        return new StreamRecord(
                stream,
                RunState.valueOf(row.getString("state")),
                row.getString("load_id"),
                row.getLong("continued") == 1,
                SyncMode.valueOf(row.getString("sync_mode")),
                WriteMode.valueOf(row.getString("write_mode")),
                row.getLong("rows_read"),
                row.getLong("rows_written"),
                row.getLong("bytes_read"),
                row.getLong("batches"),
                Duration.ofMillis(row.getLong("duration_ms")),
                row.getLong("letters"),
                failure(row),
                notes(notes, stream, Runs.Note.WARNING),
                notes(notes, stream, Runs.Note.SCHEMA_CHANGE),
                attempts.stream()
                        .filter(attempt -> attempt.getString("stream").equals(stream))
                        .map(RunReads::attempt)
                        .toList());
    }

    private static List<String> notes(List<Row> notes, String stream, Runs.Note kind) {
        return notes.stream()
                .filter(note -> note.getString("stream").equals(stream)
                        && note.getString("kind").equals(kind.name()))
                .map(note -> note.getString("note"))
                .toList();
    }

    private static StreamRecord.Attempt attempt(Row row) {
        return new StreamRecord.Attempt(
                row.getInteger("attempt"),
                Instant.ofEpochMilli(row.getLong("started_at")),
                instant(row, "ended_at"),
                Optional.ofNullable(row.getString("outcome")).map(RunStatus::valueOf),
                Optional.ofNullable(row.getString("code")),
                Optional.ofNullable(row.getString("message")),
                Optional.ofNullable(row.getLong("backoff_ms")).map(Duration::ofMillis));
    }

    private static Optional<Instant> instant(Row row, String column) {
        return Optional.ofNullable(row.getLong(column)).map(Instant::ofEpochMilli);
    }

    private static Optional<RecordedFailure> failure(Row row) {
        return Optional.ofNullable(row.getString("failure_kind"))
                .map(kind -> new RecordedFailure(
                        FailureKind.valueOf(kind),
                        row.getString("failure_code"),
                        row.getString("failure_message"),
                        Optional.ofNullable(row.getString("failure_stream")),
                        Optional.ofNullable(row.getString("failure_stage"))));
    }
}
