package io.rapidbyte.crash;

/** How a test's stream is read and written. */
enum Mode {
    APPEND("full_refresh", "append"),
    REPLACE("full_refresh", "replace"),
    UPSERT("full_refresh", "upsert"),
    INCREMENTAL_APPEND("incremental", "append"),
    INCREMENTAL_UPSERT("incremental", "upsert");

    private final String syncMode;
    private final String writeMode;

    Mode(String syncMode, String writeMode) {
        this.syncMode = syncMode;
        this.writeMode = writeMode;
    }

    /** What the stream's mapping holds besides its name. */
    String streamKeys() {
        return "sync_mode: " + syncMode + (incremental() ? ", cursor_field: version, tie_breaker_field: id" : "");
    }

    /** What the destination's mapping holds besides the connector. */
    String destinationKeys() {
        return "  write_mode: " + writeMode + (upserts() ? "\n  primary_key: [id]" : "");
    }

    boolean incremental() {
        return syncMode.equals("incremental");
    }

    boolean upserts() {
        return writeMode.equals("upsert");
    }

    /** Whether each load adds all rows once more. */
    boolean piles() {
        return this == APPEND;
    }
}
