package io.rapidbyte.state;

import io.rapidbyte.model.CursorValue;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How far incremental streams have got (I9). */
final class Cursors {
    /** Of the stored form: a type's name, the value as the source prints it, a tie-breaker. */
    static final int FORMAT = 1;

    /** An empty text never takes the place of a value; it may follow itself, with another tie-breaker. */
    private static final String SAVE = "INSERT INTO cursors"
            + " (pipeline, stream, format, type_name, cursor_value, tie_breaker, field, tie_breaker_field, updated_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, (SELECT cursor_field FROM loads WHERE load_id = ?),"
            + " (SELECT tie_breaker_field FROM loads WHERE load_id = ?), {now}) ON CONFLICT (pipeline, stream) DO UPDATE SET format = excluded.format,"
            + " type_name = excluded.type_name, cursor_value = excluded.cursor_value,"
            + " tie_breaker = excluded.tie_breaker, field = excluded.field,"
            + " tie_breaker_field = excluded.tie_breaker_field, updated_at = excluded.updated_at"
            + " WHERE excluded.cursor_value <> '' OR cursors.cursor_value = ''";

    private Cursors() {}

    /** With the columns that its load was opened for. Without a new value the stored one stays (I9). */
    static Future<Void> save(Sql sql, String pipeline, String stream, String loadId, Optional<CursorValue> cursor) {
        return cursor.map(value -> sql.update(
                                SAVE,
                                pipeline,
                                stream,
                                FORMAT,
                                value.typeName(),
                                value.value(),
                                value.tieBreaker().orElse(null),
                                loadId,
                                loadId)
                        .<Void>mapEmpty())
                .orElseGet(Future::succeededFuture);
    }

    static Future<List<StoredCursor>> list(Sql sql, String pipeline) {
        return sql.rows("SELECT * FROM cursors WHERE pipeline = ? ORDER BY stream", pipeline)
                .map(rows -> rows.stream().map(Cursors::stored).toList());
    }

    private static StoredCursor stored(Row row) {
        String pipeline = row.getString("pipeline");
        String stream = row.getString("stream");
        if (row.getInteger("format") > FORMAT) {
            // refused rather than reset (I9)
            throw new StateException(
                    "state.newer",
                    "the cursor of stream " + stream + " of pipeline " + pipeline
                            + " was saved by a newer version of Rapidbyte (format " + row.getInteger("format")
                            + ", this one knows " + FORMAT + "): run that version, or `rapidbyte state reset`");
        }
        CursorValue value = new CursorValue(
                row.getString("type_name"),
                row.getString("cursor_value"),
                Optional.ofNullable(row.getString("tie_breaker")));
        return new StoredCursor(
                pipeline,
                stream,
                Optional.ofNullable(row.getString("field")),
                Optional.ofNullable(row.getString("tie_breaker_field")),
                value,
                Instant.ofEpochMilli(row.getLong("updated_at")));
    }

    static Future<Boolean> remove(Sql sql, String pipeline, String stream) {
        return sql.update("DELETE FROM cursors WHERE pipeline = ? AND stream = ?", pipeline, stream)
                .map(removed -> removed > 0);
    }
}
