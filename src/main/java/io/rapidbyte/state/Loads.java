package io.rapidbyte.state;

import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import io.rapidbyte.state.LoadRecord.Status;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Loads, one open at a time for each stream. */
final class Loads {
    private static final int ID_BYTES = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** What has ended is kept until the next load of its stream. */
    private static final String FORGET =
            "DELETE FROM loads WHERE pipeline = ? AND stream = ? AND purpose = ?" + " AND status <> 'OPEN'";

    private static final String OPEN = "INSERT INTO loads (load_id, pipeline, stream, purpose, status, sync_mode,"
            + " write_mode, fingerprint, cursor_field, tie_breaker_field, sequence, payload, row_count, rejected, run_id,"
            + " opened_at, updated_at) VALUES (?, ?, ?, ?, 'OPEN', ?, ?, ?, ?, ?, 0, '', 0, 0, ?, {now}, {now})";
    private static final String CLOSE =
            "UPDATE loads SET status = ?, updated_at = {now} WHERE pipeline = ? AND stream = ? AND purpose = ?"
                    + " AND status = 'OPEN'";
    private static final String ADVANCE = "UPDATE loads SET sequence = ?, payload = ?, row_count = ?, rejected = ?,"
            + " status = ?, updated_at = {now} WHERE load_id = ? AND pipeline = ? AND status = 'OPEN' AND sequence < ?";

    /** Of which there is one open load at a time. */
    private record Slot(String stream, LoadPurpose purpose) {}

    private record Opening(LoadRequest request, Load load) {}

    private Loads() {}

    /** A load for each request: the open one where there is one, else a new one. */
    static Future<List<Load>> findOrOpen(Sql sql, RunStart start) {
        return cursors(sql, start.pipeline())
                .compose(cursors -> sql.rows(
                                "SELECT * FROM loads WHERE pipeline = ? AND status = 'OPEN'", start.pipeline())
                        .compose(rows -> findOrOpen(sql, start, rows, cursors)));
    }

    private static Future<List<Load>> findOrOpen(
            Sql sql, RunStart start, List<Row> open, Map<String, CursorValue> cursors) {
        Map<Slot, Row> openLoads = new HashMap<>();
        open.forEach(row ->
                openLoads.put(new Slot(row.getString("stream"), LoadPurpose.valueOf(row.getString("purpose"))), row));
        List<Load> loads = new ArrayList<>();
        List<Opening> fresh = new ArrayList<>();
        for (LoadRequest request : start.streams()) {
            Optional<CursorValue> cursor = Optional.ofNullable(cursors.get(request.stream()));
            Row row = openLoads.get(new Slot(request.stream(), request.purpose()));
            Load load = row == null ? fresh(request, cursor) : load(row, cursor);
            loads.add(load);
            if (row == null) {
                fresh.add(new Opening(request, load));
            }
        }
        return insert(sql, start.pipeline(), start.runId(), fresh).map(loads);
    }

    private static Future<Map<String, CursorValue>> cursors(Sql sql, String pipeline) {
        return Cursors.list(sql, pipeline).map(list -> {
            Map<String, CursorValue> byStream = new HashMap<>();
            list.forEach(cursor -> byStream.put(cursor.stream(), cursor.value()));
            return byStream;
        });
    }

    private static Load fresh(LoadRequest request, Optional<CursorValue> cursor) {
        return new Load(
                request.stream(),
                nextId(),
                false,
                request.syncMode(),
                request.writeMode(),
                request.fingerprint(),
                0,
                "",
                0,
                0,
                cursor);
    }

    private static String nextId() {
        byte[] bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static Future<Void> insert(Sql sql, String pipeline, String runId, List<Opening> openings) {
        List<Tuple> streams = new ArrayList<>();
        List<Tuple> rows = new ArrayList<>();
        for (Opening opening : openings) {
            LoadRequest request = opening.request();
            String purpose = request.purpose().name();
            streams.add(Tuple.of(pipeline, request.stream(), purpose));
            rows.add(Tuple.from(Arrays.<@Nullable Object>asList(
                    opening.load().loadId(),
                    pipeline,
                    request.stream(),
                    purpose,
                    request.syncMode().name(),
                    request.writeMode().name(),
                    request.fingerprint(),
                    request.cursorField().orElse(null),
                    request.tieBreakerField().orElse(null),
                    runId)));
        }
        return sql.batch(FORGET, streams).compose(forgotten -> sql.batch(OPEN, rows));
    }

    /** A new load of a stream; the open one ends without being complete. */
    static Future<Load> replace(Sql sql, OpenRun run, LoadRequest request) {
        return cursors(sql, run.pipeline())
                .map(cursors -> fresh(request, Optional.ofNullable(cursors.get(request.stream()))))
                .compose(load -> close(sql, run.pipeline(), request.stream(), request.purpose(), Status.REPLACED)
                        .compose(
                                closed -> insert(sql, run.pipeline(), run.runId(), List.of(new Opening(request, load))))
                        .map(load));
    }

    /** Whether there was an open load. */
    static Future<Boolean> close(Sql sql, String pipeline, String stream, LoadPurpose purpose, Status status) {
        return sql.update(CLOSE, status.name(), pipeline, stream, purpose.name())
                .map(closed -> closed > 0);
    }

    /** Its frontier moves forward only; the very one that is stored may come again. */
    static Future<Void> advance(Sql sql, OpenRun run, LoadFrontier to) {
        Status status = to.last() ? Status.COMPLETE : Status.OPEN;
        return sql.update(
                        ADVANCE,
                        to.sequence(),
                        to.payload(),
                        to.rows(),
                        to.rejected(),
                        status.name(),
                        to.loadId(),
                        run.pipeline(),
                        to.sequence())
                .compose(advanced ->
                        advanced == 1 ? Future.<Void>succeededFuture() : requireStored(sql, run, to, status))
                .compose(stored -> to.last()
                        ? Replays.completed(sql, run.pipeline(), to.stream(), to.loadId())
                        : Future.succeededFuture());
    }

    private static Future<Void> requireStored(Sql sql, OpenRun run, LoadFrontier to, Status status) {
        return find(sql, run, to.loadId()).map(load -> {
            if (load.sequence() != to.sequence() || !load.payload().equals(to.payload()) || load.status() != status) {
                throw new StateException(
                        "state.frontier-order",
                        "frontier " + to.sequence() + " of load " + to.loadId() + " (stream " + to.stream()
                                + " of pipeline " + run.pipeline() + ") cannot be saved: the load is "
                                + load.status() + " at frontier " + load.sequence()
                                + "; that is a defect of Rapidbyte or of the destination");
            }
            return null;
        });
    }

    static Future<LoadRecord> find(Sql sql, OpenRun run, String loadId) {
        return sql.first("SELECT * FROM loads WHERE load_id = ? AND pipeline = ?", loadId, run.pipeline())
                .map(row -> row.map(Loads::entry)
                        .orElseThrow(() -> new StateException(
                                "state.no-load",
                                "pipeline " + run.pipeline() + " has no load " + loadId
                                        + "; that is a defect of Rapidbyte")));
    }

    static Future<List<LoadRecord>> list(Sql sql, String pipeline) {
        return sql.rows(
                        "SELECT * FROM loads WHERE pipeline = ? AND purpose = 'STREAM' ORDER BY stream, opened_at",
                        pipeline)
                .map(rows -> rows.stream().map(Loads::entry).toList());
    }

    private static LoadRecord entry(Row row) {
        return new LoadRecord(
                row.getString("pipeline"),
                row.getString("stream"),
                row.getString("load_id"),
                Status.valueOf(row.getString("status")),
                SyncMode.valueOf(row.getString("sync_mode")),
                WriteMode.valueOf(row.getString("write_mode")),
                row.getString("fingerprint"),
                row.getLong("sequence"),
                row.getString("payload"),
                row.getLong("row_count"),
                row.getLong("rejected"),
                row.getString("run_id"),
                Instant.ofEpochMilli(row.getLong("opened_at")),
                Instant.ofEpochMilli(row.getLong("updated_at")));
    }

    private static Load load(Row row, Optional<CursorValue> cursor) {
        LoadRecord load = entry(row);
        return new Load(
                load.stream(),
                load.loadId(),
                true,
                load.syncMode(),
                load.writeMode(),
                load.fingerprint(),
                load.sequence(),
                load.payload(),
                load.rows(),
                load.rejected(),
                cursor);
    }
}
