//! The contract's types, one to one with the interface `types` of `wit/rapidbyte-connector.wit`.
//! That file explains them; a native test compares the two, so they cannot drift.

cases! {
    /// Who has to act on an error.
    pub enum ErrorCategory {
        /// The pipeline's configuration is wrong.
        Config = "config",
        /// The peer refused the credentials.
        Auth = "auth",
        /// The credentials are fine but lack a right.
        Permission = "permission",
        /// The peer asks for fewer calls.
        RateLimit = "rate-limit",
        /// The network failed; another attempt may work.
        TransientNetwork = "transient-network",
        /// The database failed; another attempt may work.
        TransientDb = "transient-db",
        /// A value cannot be read, converted or stored.
        Data = "data",
        /// A stream, table, column or type is not as it must be.
        Schema = "schema",
        /// The run was cancelled.
        Cancelled = "cancelled",
        /// A defect in the connector or the host.
        Internal = "internal",
    }
}

cases! {
    /// How much an error spoils.
    pub enum ErrorScope {
        /// The whole stream.
        PerStream = "per-stream",
        /// One batch of it.
        PerBatch = "per-batch",
        /// One row of it.
        PerRecord = "per-record",
    }
}

cases! {
    /// How long to wait before a retry: 100 ms, 1 s or 5 s, doubled for each further attempt.
    pub enum BackoffClass {
        /// From 100 ms.
        Fast = "fast",
        /// From 1 s.
        Normal = "normal",
        /// From 5 s.
        Slow = "slow",
    }
}

cases! {
    /// What is known of the destination's transaction when an error occurred.
    pub enum CommitState {
        /// Nothing was committed.
        BeforeCommit = "before-commit",
        /// COMMIT was sent, and its outcome is not known.
        AfterCommitUnknown = "after-commit-unknown",
        /// The commit was confirmed.
        AfterCommitConfirmed = "after-commit-confirmed",
    }
}

record! {
    /// An error as the host sees it. Make one with [`ConnectorError::config`] and its siblings.
    pub struct ConnectorError {
        /// Who has to act.
        pub category: ErrorCategory,
        /// How much is spoilt.
        pub scope: ErrorScope,
        /// Stable and machine-readable, such as `pg.table-not-found`.
        pub code: String,
        /// For a person: what was being done, to what, and what to do now.
        pub message: String,
        /// Whether another attempt may succeed.
        pub retryable: bool,
        /// The peer's own wish for a pause.
        pub retry_after_ms: Option<u64>,
        /// How long to wait without such a wish.
        pub backoff: BackoffClass,
        /// Whether a retry cannot duplicate or lose rows.
        pub safe_to_retry: bool,
        /// Unset where no transaction was involved.
        pub commit_state: Option<CommitState>,
        /// Further facts as a JSON object.
        pub details: Option<String>,
    }
}

cases! {
    /// How a stream is read.
    pub enum SyncMode {
        /// All of it.
        FullRefresh = "full-refresh",
        /// What is beyond the cursor.
        Incremental = "incremental",
        /// Its changes.
        Cdc = "cdc",
    }
}

cases! {
    /// How a stream is written.
    pub enum WriteMode {
        /// Rows are added.
        Append = "append",
        /// The table's rows are replaced at once.
        Replace = "replace",
        /// Rows are inserted or updated by key.
        Upsert = "upsert",
    }
}

cases! {
    /// What to do with a row that cannot be read or stored.
    pub enum DataErrorPolicy {
        /// Fail the run.
        Fail = "fail",
        /// Leave it out and count it.
        Skip = "skip",
        /// Hand it to [`crate::host::reject`].
        Dlq = "dlq",
    }
}

cases! {
    /// A column that the destination lacks.
    pub enum NewColumnPolicy {
        /// Add it.
        Add = "add",
        /// Leave its values out.
        Ignore = "ignore",
        /// Fail the run.
        Fail = "fail",
    }
}

cases! {
    /// A column that the source lacks.
    pub enum RemovedColumnPolicy {
        /// Keep it at the destination.
        Ignore = "ignore",
        /// Fail the run.
        Fail = "fail",
    }
}

cases! {
    /// A column whose type differs.
    pub enum TypeChangePolicy {
        /// Convert the values.
        Coerce = "coerce",
        /// Fail the run.
        Fail = "fail",
        /// Store NULL.
        Null = "null",
    }
}

cases! {
    /// A column that may be NULL on one side only.
    pub enum NullabilityChangePolicy {
        /// Follow the source.
        Allow = "allow",
        /// Fail the run.
        Fail = "fail",
    }
}

record! {
    /// What to do when a table at the destination is not what the stream needs.
    pub struct SchemaEvolution {
        /// A column that the destination lacks.
        pub new_column: NewColumnPolicy,
        /// A column that the source lacks.
        pub removed_column: RemovedColumnPolicy,
        /// A column whose type differs.
        pub type_change: TypeChangePolicy,
        /// A column that may be NULL on one side only.
        pub nullability_change: NullabilityChangePolicy,
    }
}

record! {
    /// What to do when data are not as expected.
    pub struct StreamPolicies {
        /// A row that cannot be read or stored.
        pub on_data_error: DataErrorPolicy,
        /// A table that does not fit.
        pub schema_evolution: SchemaEvolution,
    }
}

record! {
    /// One column of a stream as its source knows it.
    pub struct Column {
        /// Its name, unquoted.
        pub name: String,
        /// The source's own type, in the source's own spelling, such as `numeric(12,2)`.
        pub native_type: String,
        /// The Arrow type the column travels as, such as `decimal128(12, 2)`.
        pub arrow_type: String,
        /// Whether it may hold NULL.
        pub nullable: bool,
    }
}

record! {
    /// A stream's columns and key.
    pub struct StreamSchema {
        /// In the source's order.
        pub columns: Vec<Column>,
        /// Names of the primary key's columns, in key order; empty where there is none.
        pub primary_key: Vec<String>,
    }
}

record! {
    /// A cursor's value with the type that gives it its order.
    pub struct CursorValue {
        /// The source's own type of the cursor column, such as `timestamptz`.
        pub type_name: String,
        /// The value as the source prints it.
        pub value: String,
        /// What tells rows of this very value apart; in a form that the source alone understands.
        pub tie_breaker: Option<String>,
    }
}

cases! {
    /// What an incremental read does with rows whose cursor is NULL.
    pub enum CursorNulls {
        /// Leaves them out.
        Exclude = "exclude",
        /// Reads them on the first run, when there is no value to go on from.
        IncludeOnce = "include-once",
        /// Fails if there are any.
        Fail = "fail",
    }
}

record! {
    /// Where an incremental read goes on.
    pub struct Cursor {
        /// The column that orders the stream.
        pub field: String,
        /// The column that orders rows of equal cursor.
        pub tie_breaker_field: Option<String>,
        /// The last committed value; none on the first run.
        pub last_value: Option<CursorValue>,
        /// What to do with rows whose cursor is NULL.
        pub nulls: CursorNulls,
        /// How far before the last value to begin again, for rows that were committed late.
        pub lag_seconds: u64,
        /// Of a stream of changes: the last values of all of the pipeline's, itself included, that were
        /// committed when the run began.
        pub siblings: Vec<CursorValue>,
        /// Of a stream of changes: to be followed until [`crate::host::pause`] says that the read is to end, with a
        /// barrier behind what came at the latest after so many milliseconds.
        pub follow: Option<u64>,
    }
}

record! {
    /// Limits that a connector keeps.
    pub struct StreamLimits {
        /// The most bytes of one emitted batch. A row larger than that travels alone.
        pub max_batch_bytes: u64,
        /// The most bytes of one row; a larger one is a data error.
        pub max_record_bytes: u64,
        /// How many batches may be under way on one edge.
        pub max_inflight_batches: u32,
        /// A checkpoint is due after that many bytes; 0 switches the rule off.
        pub checkpoint_interval_bytes: u64,
        /// A checkpoint is due after that many rows; 0 switches the rule off.
        pub checkpoint_interval_rows: u64,
        /// A checkpoint is due after that many seconds; 0 switches the rule off.
        pub checkpoint_interval_seconds: u64,
    }
}

cases! {
    /// How a stream is cut into slices.
    pub enum PartitionStrategy {
        /// Ranges of the primary key.
        KeyRange = "key-range",
        /// Ranges of physical row addresses.
        Ctid = "ctid",
    }
}

record! {
    /// The slice of the stream that this instance reads.
    pub struct Partition {
        /// From 0.
        pub index: u32,
        /// How many slices there are.
        pub count: u32,
        /// How they are cut.
        pub strategy: PartitionStrategy,
    }
}

record! {
    /// Names a run so that a destination can tell its receipts and its leftovers apart.
    pub struct RunIdentity {
        /// The pipeline's name.
        pub pipeline: String,
        /// This run.
        pub run_id: String,
        /// Stays the same over the attempts of one load; unique among loads.
        pub load_id: String,
        /// Names the state that counts the epochs; those of another state cannot be compared.
        pub state_id: String,
        /// Of two runs of a pipeline, the later one has the greater; 0 outside of runs.
        pub epoch: u64,
        /// Counts from 1 in each run.
        pub attempt: u32,
    }
}

record! {
    /// All that a connector is told of the stream it works on.
    pub struct StreamContext {
        /// The stream's name as the pipeline has it; see [`crate::StreamName`].
        pub name: String,
        /// How it is read.
        pub sync_mode: SyncMode,
        /// How it is written.
        pub write_mode: WriteMode,
        /// The pipeline's `primary_key`; empty where the source's own key counts.
        pub primary_key: Vec<String>,
        /// The columns to read, in this order; none reads all.
        pub selected_columns: Option<Vec<String>>,
        /// Where an incremental read goes on.
        pub cursor: Option<Cursor>,
        /// The payload of the load's last committed barrier, where a full refresh is continued.
        pub position: Option<String>,
        /// What the host knows of the stream's schema before the first batch.
        pub schema: Option<StreamSchema>,
        /// What to keep within.
        pub limits: StreamLimits,
        /// What to do when data are not as expected.
        pub policies: StreamPolicies,
        /// The slice to read; none reads all.
        pub partition: Option<Partition>,
        /// The run it belongs to.
        pub run: RunIdentity,
    }
}

cases! {
    /// How good or bad a finding is.
    pub enum FindingLevel {
        /// As it should be.
        Ok = "ok",
        /// Works, but deserves a look.
        Warning = "warning",
        /// Will not work.
        Error = "error",
    }
}

record! {
    /// One thing that `validate` looked at.
    pub struct Finding {
        /// How it is.
        pub level: FindingLevel,
        /// The stream it concerns; none for the connection as a whole.
        pub stream_name: Option<String>,
        /// Stable and machine-readable.
        pub code: String,
        /// For a person.
        pub message: String,
    }
}

record! {
    /// A stream that a source offers.
    pub struct DiscoveredStream {
        /// The name to write in a pipeline.
        pub name: String,
        /// Its columns and key.
        pub schema: StreamSchema,
        /// As the source's statistics have it.
        pub estimated_rows: Option<u64>,
        /// As the source's statistics have it.
        pub estimated_bytes: Option<u64>,
        /// How it can be read.
        pub sync_modes: Vec<SyncMode>,
    }
}

record! {
    /// What a source has emitted.
    pub struct ReadSummary {
        /// Rows of all batches.
        pub rows: u64,
        /// Bytes of all batches as emitted.
        pub bytes: u64,
        /// How many batches.
        pub batches: u64,
        /// What the last barrier carries, which the host places behind all that was read.
        pub position: Option<String>,
    }
}

record! {
    /// What a destination has made durable in this call.
    pub struct WriteSummary {
        /// Rows written.
        pub rows: u64,
        /// Rows left out or handed to [`crate::host::reject`].
        pub rejected: u64,
        /// Bytes of the batches taken.
        pub bytes: u64,
        /// How many batches were taken.
        pub batches: u64,
    }
}

record! {
    /// What went through a transform.
    pub struct TransformSummary {
        /// Rows taken.
        pub rows_in: u64,
        /// Rows emitted.
        pub rows_out: u64,
    }
}

record! {
    /// A point in a stream up to which every row is accounted for.
    pub struct Barrier {
        /// Counts from 1 within a load, without gaps, over all its attempts.
        pub id: u64,
        /// What the source put there: for an incremental stream the JSON object of a
        /// [`CursorValue`], otherwise opaque to everybody else.
        pub payload: String,
        /// Whether all of the stream lies before it.
        pub last: bool,
    }
}

record! {
    /// What a destination has recorded, in the transaction of the rows, of the last barrier it made durable.
    pub struct Receipt {
        /// The load.
        pub load_id: String,
        /// The barrier's id; 0 if none is durable yet.
        pub sequence: u64,
        /// The barrier's payload.
        pub payload: String,
        /// Rows of the load up to there.
        pub rows: u64,
        /// Whether it was the last barrier.
        pub complete: bool,
    }
}

record! {
    /// One column as a side of a comparison knows it.
    pub struct ComparableColumn {
        /// Its name, unquoted.
        pub name: String,
        /// The side's own type, in its own spelling.
        pub native_type: String,
        /// The forms that its values can be compared in, best first; the scheme says what they are.
        pub forms: Vec<String>,
    }
}

record! {
    /// What a side of a comparison knows of its table.
    pub struct ComparableTable {
        /// Names how values are printed, ordered and hashed. Only sides of equal scheme can be compared.
        pub scheme: String,
        /// In the side's own order.
        pub columns: Vec<ComparableColumn>,
        /// Names of the primary key's columns, in key order; empty where there is none.
        pub primary_key: Vec<String>,
        /// As the side's statistics have it.
        pub estimated_rows: Option<u64>,
    }
}

record! {
    /// A column in the form that both sides know.
    pub struct ComparedColumn {
        /// Its name, unquoted.
        pub name: String,
        /// One of the scheme's forms.
        pub form: String,
    }
}

record! {
    /// What is compared of one stream. Both sides are told the same.
    pub struct Comparison {
        /// The stream.
        pub context: StreamContext,
        /// The columns whose values are hashed; none counts rows only.
        pub columns: Vec<ComparedColumn>,
        /// The columns that name and order rows; empty if the rows have no names.
        pub key: Vec<ComparedColumn>,
    }
}

record! {
    /// The rows from `lower` on and before `upper`, as keys in their columns' forms.
    pub struct KeyRange {
        /// The first key; none is no bound.
        pub lower: Option<Vec<String>>,
        /// The key behind the last; none is no bound.
        pub upper: Option<Vec<String>>,
    }
}

record! {
    /// The rows of one range. Equal digests mean equal rows, whatever their order.
    pub struct RangeDigest {
        /// How many.
        pub rows: u64,
        /// Sums up a 64-bit hash of each row.
        pub hash: String,
    }
}

record! {
    /// The rows of one key.
    pub struct RowDigest {
        /// The key's values in their columns' forms.
        pub key: Vec<String>,
        /// How many; more than one where nothing keeps the key unique.
        pub rows: u64,
        /// Sums up a 64-bit hash of each row.
        pub hash: String,
    }
}

cases! {
    /// Who reads from a slot, as far as the source can tell.
    pub enum SlotReader {
        /// The pipeline that asks.
        Pipeline = "pipeline",
        /// Nobody any more: the pipeline that asks did under earlier settings.
        Earlier = "earlier",
        /// Somebody else, or nobody.
        Other = "other",
    }
}

record! {
    /// A place in the log of a source's server that the server keeps for a reader, with all that was logged since.
    pub struct LogSlot {
        /// Its name at the server.
        pub name: String,
        /// Who reads from it.
        pub reader: SlotReader,
        /// Whether somebody is reading from it at this moment.
        pub active: bool,
        /// Whether the server has thrown away what a reader would need.
        pub lost: bool,
        /// The log that the server keeps for it.
        pub retained_bytes: u64,
        /// Up to where it was read, in the server's words.
        pub position: Option<String>,
    }
}

record! {
    /// What a repair has changed.
    pub struct RepairSummary {
        /// Rows that were missing.
        pub inserted: u64,
        /// Rows that were different.
        pub updated: u64,
        /// Rows that the source does not have.
        pub deleted: u64,
    }
}

variant! {
    /// What a transform or a destination takes from its upstream.
    pub enum Inbound {
        /// One Arrow IPC stream: a schema and any number of record batches.
        Batch(Vec<u8>) = 0,
        /// Everything before this point is to be made durable. Only a destination sees barriers.
        Barrier(Barrier) = 1,
    }
}

variant! {
    /// What [`crate::host::checkpoint`] is asked to do.
    pub enum CheckpointKind {
        /// From a source: place a barrier behind the batches emitted so far.
        Barrier(()) = 0,
        /// From a destination: what came before the barrier of this id is about to be made durable.
        Prepare(u64) = 1,
        /// From a destination: all that came before the barrier of this id is durable.
        Committed(u64) = 2,
    }
}

variant! {
    /// A measurement.
    pub enum MetricValue {
        /// Added to a sum.
        Counter(u64) = 0,
        /// Replaces the value before it.
        Gauge(f64) = 1,
        /// One observation.
        Histogram(f64) = 2,
    }
}

cases! {
    /// How loud a log line is.
    pub enum LogLevel {
        /// Something failed.
        Error = "error",
        /// Something deserves a look.
        Warn = "warn",
        /// Something worth knowing happened.
        Info = "info",
        /// For whoever looks for a fault.
        Debug = "debug",
        /// Every step.
        Trace = "trace",
    }
}

record! {
    /// A row that was rejected, without loss.
    pub struct RejectedRecord {
        /// The stream it belongs to.
        pub stream_name: String,
        /// The row as a JSON object. Values that JSON cannot hold are strings in the form the
        /// source prints them.
        pub row: String,
        /// Why, for a machine.
        pub category: ErrorCategory,
        /// Why, stable and machine-readable.
        pub code: String,
        /// Why, for a person.
        pub message: String,
    }
}

cases! {
    /// Who shares a piece of state.
    pub enum StateScope {
        /// All connectors and streams of the pipeline.
        Pipeline = "pipeline",
        /// This stream of the pipeline.
        PerStream = "per-stream",
        /// This connector in the pipeline.
        Connector = "connector",
    }
}

cases! {
    /// How a server's certificate is checked.
    pub enum TlsVerify {
        /// Encrypt, but trust any certificate.
        None = "none",
        /// The certificate must chain to a trusted authority.
        Ca = "ca",
        /// And it must name the server.
        Full = "full",
    }
}

record! {
    /// How to encrypt a connection.
    pub struct TlsOptions {
        /// Sent as SNI and, with [`TlsVerify::Full`], looked for in the certificate.
        pub server_name: String,
        /// How the certificate is checked.
        pub verify: TlsVerify,
        /// PEM of the authorities to trust instead of the host's own.
        pub ca_pem: Option<String>,
        /// PEM of a client certificate.
        pub client_certificate_pem: Option<String>,
        /// PEM of its PKCS #8 key.
        pub client_key_pem: Option<String>,
    }
}

#[cfg(test)]
mod tests;
