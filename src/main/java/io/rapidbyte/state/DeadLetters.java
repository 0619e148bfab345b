package io.rapidbyte.state;

import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.RejectedRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Rejected rows. They are pending from right before the destination commits until their frontier is
 * saved, and count only then.
 */
final class DeadLetters {
    private static final String SAVE_SCHEMA = "INSERT INTO dead_letter_schemas (schema_hash, schema_text) VALUES (?, ?)"
            + " ON CONFLICT (schema_hash) DO NOTHING";
    private static final String SAVE = "INSERT INTO dead_letters (pipeline, stream, run_id, attempt, load_id, sequence,"
            + " status, row_json, category, code, message, schema_hash, saved_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, 'PENDING', ?, ?, ?, ?, ?, {now})";

    /** Those of an attempt that failed come again, as do those of a call that is repeated. */
    private static final String DROP_STALE = "DELETE FROM dead_letters WHERE load_id = ? AND status = 'PENDING'"
            + " AND (run_id <> ? OR attempt <> ? OR sequence >= ?)";

    private static final String SETTLE =
            "UPDATE dead_letters SET status = 'FINAL' WHERE load_id = ? AND status = 'PENDING' AND sequence <= ?";
    private static final String SETTLE_ATTEMPT = SETTLE + " AND run_id = ? AND attempt = ?";
    private static final String DROP_PENDING = "DELETE FROM dead_letters WHERE load_id = ? AND status = 'PENDING'";
    private static final String SELECT = "SELECT d.*, s.schema_text FROM dead_letters d JOIN dead_letter_schemas s"
            + " ON s.schema_hash = d.schema_hash WHERE d.status = 'FINAL'";

    private DeadLetters() {}

    static Future<Void> prepare(
            Sql sql, OpenRun run, Load load, int attempt, long sequence, List<RejectedRecord> rejected, String schema) {
        Future<Void> fresh = sql.update(DROP_STALE, load.loadId(), run.runId(), attempt, sequence)
                .mapEmpty();
        if (rejected.isEmpty()) {
            return fresh;
        }
        String schemaText = withoutNul(schema);
        String hash = Migrations.checksum(schemaText);
        List<Tuple> rows = new ArrayList<>();
        for (RejectedRecord row : rejected) {
            rows.add(Tuple.from(List.of(
                    run.pipeline(),
                    load.stream(),
                    run.runId(),
                    attempt,
                    load.loadId(),
                    sequence,
                    // a raw NUL, which no JSON text holds and PostgreSQL stores nowhere, is put in JSON's own way
                    row.row().replace("\0", "\\u0000"),
                    row.category().name(),
                    withoutNul(row.code()),
                    withoutNul(row.message()),
                    hash)));
        }
        return fresh.compose(dropped -> sql.update(SAVE_SCHEMA, hash, schemaText))
                .compose(saved -> sql.batch(SAVE, rows));
    }

    static String withoutNul(String text) {
        return text.replace('\0', '\uFFFD');
    }

    /** Those of this attempt up to the frontier count from now on; those of others never will. */
    static Future<Void> settle(Sql sql, OpenRun run, LoadFrontier at) {
        return sql.update(SETTLE_ATTEMPT, at.loadId(), at.sequence(), run.runId(), at.attempt())
                .compose(settled -> sql.update(DROP_STALE, at.loadId(), run.runId(), at.attempt(), Long.MAX_VALUE))
                .mapEmpty();
    }

    /** The destination had got to {@code sequence} before anybody could say so; how many count now. */
    static Future<Integer> adopt(Sql sql, String loadId, long sequence) {
        return sql.update(SETTLE, loadId, sequence)
                .compose(settled -> sql.update(DROP_PENDING, loadId).map(settled));
    }

    /** Nothing of the stream is pending any more. */
    static Future<Void> dropPending(Sql sql, String pipeline, String stream) {
        return sql.update(
                        "DELETE FROM dead_letters WHERE pipeline = ? AND stream = ? AND status = 'PENDING'",
                        pipeline,
                        stream)
                .mapEmpty();
    }

    /** The load's rows are read again from the first, and those that are bad will be rejected again. */
    static Future<Void> dropOpenLoad(Sql sql, String pipeline, String stream) {
        return sql.update(
                        "DELETE FROM dead_letters WHERE load_id IN (SELECT load_id FROM loads WHERE pipeline = ?"
                                + " AND stream = ? AND status = 'OPEN' AND purpose = 'STREAM' AND sync_mode = 'FULL_REFRESH')",
                        pipeline,
                        stream)
                .compose(dropped -> dropPending(sql, pipeline, stream));
    }

    static Future<List<DeadLetter>> list(Sql sql, DeadLetterQuery query) {
        StringBuilder text = new StringBuilder(SELECT).append(" AND d.letter_id > ?");
        List<Object> arguments = new ArrayList<>(List.of(query.after()));
        query.pipeline().ifPresent(pipeline -> restrict(text, arguments, "pipeline", pipeline));
        query.stream().ifPresent(stream -> restrict(text, arguments, "stream", stream));
        query.runId().ifPresent(runId -> restrict(text, arguments, "run_id", runId));
        arguments.add(query.limit());
        return sql.rows(text.append(" ORDER BY d.letter_id LIMIT ?").toString(), arguments.toArray())
                .map(rows -> rows.stream().map(DeadLetters::letter).toList());
    }

    private static void restrict(StringBuilder text, List<Object> arguments, String column, String value) {
        text.append(" AND d.").append(column).append(" = ?");
        arguments.add(value);
    }

    static Future<Optional<DeadLetter>> find(Sql sql, long id) {
        return sql.first(SELECT + " AND d.letter_id = ?", id).map(row -> row.map(DeadLetters::letter));
    }

    /** Those of the ids that are there, by growing id. */
    static Future<List<DeadLetter>> list(Sql sql, List<Long> ids) {
        String marks = String.join(", ", Collections.nCopies(ids.size(), "?"));
        return ids.isEmpty()
                ? Future.succeededFuture(List.of())
                : sql.rows(SELECT + " AND d.letter_id IN (" + marks + ") ORDER BY d.letter_id", ids.toArray())
                        .map(rows -> rows.stream().map(DeadLetters::letter).toList());
    }

    static Future<Void> remove(Sql sql, List<Long> ids) {
        return sql.batch(
                "DELETE FROM dead_letters WHERE letter_id = ? AND status = 'FINAL'",
                ids.stream().map(Tuple::of).toList());
    }

    static Future<Long> count(Sql sql, String runId) {
        return sql.first("SELECT count(*) AS letters FROM dead_letters WHERE run_id = ? AND status = 'FINAL'", runId)
                .map(row -> row.orElseThrow().getLong("letters"));
    }

    private static DeadLetter letter(Row row) {
        return new DeadLetter(
                row.getLong("letter_id"),
                row.getString("pipeline"),
                row.getString("run_id"),
                row.getString("load_id"),
                row.getLong("sequence"),
                Instant.ofEpochMilli(row.getLong("saved_at")),
                new RejectedRecord(
                        row.getString("stream"),
                        row.getString("row_json"),
                        ErrorCategory.valueOf(row.getString("category")),
                        row.getString("code"),
                        row.getString("message")),
                row.getString("schema_text"),
                row.getLong("tries"),
                row.getLong("obsolete") == 1);
    }
}
