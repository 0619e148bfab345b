package io.rapidbyte.config;

import io.rapidbyte.model.CursorNulls;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.util.List;
import java.util.Optional;

/** The keys of a stream that belong to incremental reads. */
final class CursorReader {
    private static final List<String> KEYS = List.of("cursor_field", "tie_breaker_field", "cursor_nulls", "cursor_lag");

    private CursorReader() {}

    /**
     * Empty for streams that keep no cursor.
     *
     * @param writeMode empty where the file names none that exists
     */
    static Optional<CursorSettings> read(Section stream, SyncMode syncMode, Optional<WriteMode> writeMode) {
        Optional<String> field = stream.text("cursor_field");
        CursorSettings cursor = new CursorSettings(
                field.orElse(""),
                stream.text("tie_breaker_field"),
                stream.choice("cursor_nulls", CursorNulls.class).orElse(CursorSettings.DEFAULT_NULLS),
                stream.seconds("cursor_lag", 0, 0, CursorSettings.MAX_LAG_SECONDS));
        if (syncMode != SyncMode.INCREMENTAL) {
            refuse(stream, syncMode);
            return Optional.empty();
        }
        require(stream, field);
        suit(stream, cursor, writeMode);
        return Optional.of(cursor);
    }

    private static void refuse(Section stream, SyncMode syncMode) {
        String instead = syncMode == SyncMode.CDC
                ? "this stream's changes come from the server's log"
                : "this stream is read in full";
        for (String key : KEYS) {
            if (stream.has(key)) {
                stream.problem(
                        key,
                        "belongs to incremental reads, and " + instead,
                        "add sync_mode: incremental, or remove it");
            }
        }
    }

    private static void require(Section stream, Optional<String> field) {
        if (!stream.has("cursor_field")) {
            stream.problem(
                    "cursor_field",
                    "is missing, which sync_mode: incremental needs to tell new rows from old",
                    "name a column that grows, such as updated_at or id");
        }
        if (field.isPresent() && field.get().isBlank()) {
            stream.problem("cursor_field", "is empty");
        }
    }

    private static void suit(Section stream, CursorSettings cursor, Optional<WriteMode> writeMode) {
        if (writeMode.isPresent() && writeMode.get() == WriteMode.REPLACE) {
            stream.problem(
                    "sync_mode",
                    "incremental cannot go with write_mode: replace, which would leave nothing but the newest rows",
                    "use append or upsert");
        }
        if (cursor.lagSeconds() > 0 && writeMode.isPresent() && writeMode.get() != WriteMode.UPSERT) {
            stream.problem(
                    "cursor_lag",
                    "reads rows again that earlier runs have delivered, and only write_mode: upsert writes them once",
                    "use upsert, or remove it");
        }
    }
}
