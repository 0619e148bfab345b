-- ${long} an integer of 64 bits, ${identity} one that counts by itself, ${blob} bytes, ${strict} types are enforced.
-- A statement ends at a semicolon at the end of its line. Times are milliseconds since 1970 (UTC).

CREATE TABLE leases (
    pipeline TEXT NOT NULL PRIMARY KEY,
    epoch ${long} NOT NULL,
    run_id TEXT,
    host TEXT,
    pid_space TEXT,
    pid ${long},
    process_started_at ${long},
    acquired_at ${long},
    expires_at ${long}
)${strict};

CREATE TABLE runs (
    run_id TEXT NOT NULL PRIMARY KEY,
    pipeline TEXT NOT NULL,
    epoch ${long} NOT NULL,
    state TEXT NOT NULL,
    triggered_by TEXT NOT NULL,
    host TEXT NOT NULL,
    pid_space TEXT NOT NULL,
    pid ${long} NOT NULL,
    process_started_at ${long} NOT NULL,
    started_at ${long} NOT NULL,
    ended_at ${long},
    failure_kind TEXT,
    failure_code TEXT,
    failure_message TEXT,
    failure_stream TEXT,
    failure_stage TEXT
)${strict};

CREATE INDEX runs_by_time ON runs (pipeline, started_at);

CREATE TABLE run_streams (
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    stream TEXT NOT NULL,
    position ${long} NOT NULL,
    load_id TEXT NOT NULL,
    continued ${long} NOT NULL,
    sync_mode TEXT NOT NULL,
    write_mode TEXT NOT NULL,
    state TEXT NOT NULL,
    rows_read ${long} NOT NULL,
    rows_written ${long} NOT NULL,
    bytes_read ${long} NOT NULL,
    batches ${long} NOT NULL,
    duration_ms ${long} NOT NULL,
    failure_kind TEXT,
    failure_code TEXT,
    failure_message TEXT,
    failure_stream TEXT,
    failure_stage TEXT,
    PRIMARY KEY (run_id, stream)
)${strict};

CREATE TABLE run_notes (
    note_id ${identity},
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    stream TEXT NOT NULL,
    kind TEXT NOT NULL,
    note TEXT NOT NULL
)${strict};

CREATE INDEX run_notes_by_run ON run_notes (run_id);

CREATE TABLE attempts (
    run_id TEXT NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE,
    stream TEXT NOT NULL,
    attempt ${long} NOT NULL,
    started_at ${long} NOT NULL,
    ended_at ${long},
    outcome TEXT,
    code TEXT,
    message TEXT,
    backoff_ms ${long},
    PRIMARY KEY (run_id, stream, attempt)
)${strict};

CREATE TABLE loads (
    load_id TEXT NOT NULL PRIMARY KEY,
    pipeline TEXT NOT NULL,
    stream TEXT NOT NULL,
    status TEXT NOT NULL,
    sync_mode TEXT NOT NULL,
    write_mode TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    sequence ${long} NOT NULL,
    payload TEXT NOT NULL,
    row_count ${long} NOT NULL,
    rejected ${long} NOT NULL,
    run_id TEXT NOT NULL,
    opened_at ${long} NOT NULL,
    updated_at ${long} NOT NULL
)${strict};

CREATE UNIQUE INDEX one_open_load ON loads (pipeline, stream) WHERE status = 'OPEN';

CREATE TABLE cursors (
    pipeline TEXT NOT NULL,
    stream TEXT NOT NULL,
    format ${long} NOT NULL,
    type_name TEXT NOT NULL,
    cursor_value TEXT NOT NULL,
    tie_breaker TEXT,
    updated_at ${long} NOT NULL,
    PRIMARY KEY (pipeline, stream)
)${strict};

CREATE TABLE dead_letter_schemas (
    schema_hash TEXT NOT NULL PRIMARY KEY,
    schema_text TEXT NOT NULL
)${strict};

CREATE TABLE dead_letters (
    letter_id ${identity},
    pipeline TEXT NOT NULL,
    stream TEXT NOT NULL,
    run_id TEXT NOT NULL,
    attempt ${long} NOT NULL,
    load_id TEXT NOT NULL,
    sequence ${long} NOT NULL,
    status TEXT NOT NULL,
    row_json TEXT NOT NULL,
    category TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    schema_hash TEXT NOT NULL REFERENCES dead_letter_schemas (schema_hash),
    saved_at ${long} NOT NULL
)${strict};

CREATE INDEX dead_letters_by_load ON dead_letters (load_id, status);

CREATE INDEX dead_letters_by_run ON dead_letters (run_id);

CREATE INDEX dead_letters_by_stream ON dead_letters (pipeline, stream, letter_id);

CREATE INDEX dead_letters_by_schema ON dead_letters (schema_hash);

CREATE TABLE connector_entries (
    owner TEXT NOT NULL,
    entry_key TEXT NOT NULL,
    entry_value ${blob} NOT NULL,
    PRIMARY KEY (owner, entry_key)
)${strict};
