package io.rapidbyte.state;

import io.rapidbyte.model.Failure;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.StreamReport;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The books of runs: when, by whom, how each stream and attempt ended. */
final class Runs {
    /** Kept of each pipeline; older ones are forgotten when a run begins. Dead letters stay. */
    static final int KEPT_RUNS = 1_000;

    private static final String FORGET = "DELETE FROM runs WHERE pipeline = ? AND run_id IN (SELECT run_id FROM runs"
            + " WHERE pipeline = ? ORDER BY started_at DESC, run_id LIMIT 1000000 OFFSET ?)";
    private static final String BEGIN =
            "INSERT INTO runs (run_id, pipeline, epoch, state, triggered_by, host, pid_space,"
                    + " pid, process_started_at, started_at) VALUES (?, ?, ?, 'RUNNING', ?, ?, ?, ?, ?, ?)";
    private static final String BEGIN_STREAM = "INSERT INTO run_streams (run_id, stream, position, load_id, continued,"
            + " sync_mode, write_mode, state, rows_read, rows_written, bytes_read, batches, duration_ms)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, 'RUNNING', 0, 0, 0, 0, 0)";
    private static final String END = "UPDATE runs SET state = ?, ended_at = ?, failure_kind = ?, failure_code = ?,"
            + " failure_message = ?, failure_stream = ?, failure_stage = ? WHERE run_id = ?";
    private static final String END_STREAM = "UPDATE run_streams SET state = ?, rows_read = ?, rows_written = ?,"
            + " bytes_read = ?, batches = ?, duration_ms = ?, failure_kind = ?, failure_code = ?, failure_message = ?,"
            + " failure_stream = ?, failure_stage = ? WHERE run_id = ? AND stream = ?";
    private static final String NOTE = "INSERT INTO run_notes (run_id, stream, kind, note) VALUES (?, ?, ?, ?)";

    private Runs() {}

    static Future<Void> begin(Sql sql, RunStart start, long epoch, List<Load> loads) {
        LeaseHolder holder = start.holder();
        List<Tuple> streams = new ArrayList<>();
        for (Load load : loads) {
            streams.add(Tuple.from(List.of(
                    start.runId(),
                    load.stream(),
                    streams.size(),
                    load.loadId(),
                    load.continued() ? 1 : 0,
                    load.syncMode().name(),
                    load.writeMode().name())));
        }
        return sql.update(FORGET, start.pipeline(), start.pipeline(), KEPT_RUNS - 1)
                .compose(forgotten -> sql.update(
                        BEGIN,
                        start.runId(),
                        start.pipeline(),
                        epoch,
                        start.trigger(),
                        holder.host(),
                        holder.pidSpace(),
                        holder.pid(),
                        holder.startedAt().toEpochMilli(),
                        start.startedAt().toEpochMilli()))
                .compose(begun -> sql.batch(BEGIN_STREAM, streams));
    }

    /** Whoever has the lease knows that no other run of the pipeline is alive. */
    static Future<Void> markInterrupted(Sql sql, String pipeline) {
        return sql.update(
                        "UPDATE run_streams SET state = 'INTERRUPTED' WHERE state = 'RUNNING' AND run_id IN"
                                + " (SELECT run_id FROM runs WHERE pipeline = ? AND state = 'RUNNING')",
                        pipeline)
                .compose(streams -> sql.update(
                        "UPDATE runs SET state = 'INTERRUPTED', ended_at = {now}"
                                + " WHERE pipeline = ? AND state = 'RUNNING'",
                        pipeline))
                .mapEmpty();
    }

    static Future<Void> loadReplaced(Sql sql, OpenRun run, Load load) {
        return sql.update(
                        "UPDATE run_streams SET load_id = ?, continued = 0, sync_mode = ?, write_mode = ?"
                                + " WHERE run_id = ? AND stream = ?",
                        load.loadId(),
                        load.syncMode().name(),
                        load.writeMode().name(),
                        run.runId(),
                        load.stream())
                .mapEmpty();
    }

    static Future<Void> attemptStarted(Sql sql, OpenRun run, String stream, int attempt, long atMs) {
        return sql.update(
                        "INSERT INTO attempts (run_id, stream, attempt, started_at) VALUES (?, ?, ?, ?)",
                        run.runId(),
                        stream,
                        attempt,
                        atMs)
                .mapEmpty();
    }

    static Future<Void> attemptEnded(Sql sql, OpenRun run, AttemptEnd end) {
        return sql.update(
                        "UPDATE attempts SET ended_at = ?, outcome = ?, code = ?, message = ?, backoff_ms = ?"
                                + " WHERE run_id = ? AND stream = ? AND attempt = ?",
                        end.endedAt().toEpochMilli(),
                        end.outcome().name(),
                        end.code().map(DeadLetters::withoutNul).orElse(null),
                        end.message().map(DeadLetters::withoutNul).orElse(null),
                        end.backoff().map(wait -> wait.toMillis()).orElse(null),
                        run.runId(),
                        end.stream(),
                        end.attempt())
                .mapEmpty();
    }

    static Future<Void> note(Sql sql, OpenRun run, String stream, Note kind, List<String> notes) {
        return sql.batch(
                NOTE,
                notes.stream()
                        .map(note -> Tuple.of(run.runId(), stream, kind.name(), DeadLetters.withoutNul(note)))
                        .toList());
    }

    /** What is said of a stream in one sentence. */
    enum Note {
        WARNING,
        SCHEMA_CHANGE
    }

    static Future<Void> end(Sql sql, OpenRun run, RunReport report) {
        Future<Void> ended = sql.update(
                        END,
                        with(
                                failure(report.failure()),
                                List.of(
                                        RunState.of(report.status()).name(),
                                        report.startedAt()
                                                .plus(report.duration())
                                                .toEpochMilli()),
                                List.of(run.runId())))
                .mapEmpty();
        for (StreamReport stream : report.streams()) {
            ended = ended.compose(before -> endStream(sql, run, stream));
        }
        return ended;
    }

    private static Future<Void> endStream(Sql sql, OpenRun run, StreamReport stream) {
        return sql.update(
                        END_STREAM,
                        with(
                                failure(stream.failure()),
                                List.of(
                                        RunState.of(stream.status()).name(),
                                        stream.rowsRead(),
                                        stream.rowsWritten(),
                                        stream.bytesRead(),
                                        stream.batches(),
                                        stream.duration().toMillis()),
                                List.of(run.runId(), stream.streamName())))
                .compose(ended -> note(sql, run, stream.streamName(), Note.WARNING, stream.warnings()));
    }

    private static @Nullable Object[] with(@Nullable String[] failure, List<?> before, List<?> after) {
        List<@Nullable Object> all = new ArrayList<>(before);
        all.addAll(Arrays.asList(failure));
        all.addAll(after);
        return all.toArray();
    }

    private static @Nullable String[] failure(Optional<Failure> failure) {
        return failure.map(f -> new @Nullable String[] {
                    f.kind().name(),
                    DeadLetters.withoutNul(f.error().code()),
                    DeadLetters.withoutNul(f.error().message()),
                    f.streamName().orElse(null),
                    f.stage().orElse(null)
                })
                .orElseGet(() -> new @Nullable String[5]);
    }
}
