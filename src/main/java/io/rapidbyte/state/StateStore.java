package io.rapidbyte.state;

import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.model.RunReport;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Everything durable that runs keep. Every method may be called from any thread and blocks none; a
 * guest thread waits with {@code await}. Each call is one transaction: it is saved whole, and survives a crash
 * from the moment its future succeeds, or it fails with a {@link StateException} and nothing is saved. Only a
 * connection that breaks during the commit leaves that open; every write may be repeated.
 *
 * <p>What takes an {@link OpenRun} is a write of that run: it renews the run's lease, and fails with
 * {@link LeaseLostException} once a later run has it.
 */
public final class StateStore {
    /** How long a lease lasts without being renewed: several renewals may fail before it is lost. */
    public static final Duration LEASE_TIME = Duration.ofSeconds(30);

    /** The most bytes of an entry's key, in UTF-8. */
    public static final int MAX_ENTRY_KEY_BYTES = 1024;

    /** The most bytes of an entry's value. */
    public static final int MAX_ENTRY_VALUE_BYTES = 1 << 20;

    /** The most bytes of one owner's entries together; what is larger belongs into the connector's own systems. */
    public static final long MAX_OWNER_BYTES = 64L << 20;

    private final Database database;

    private StateStore(Database database) {
        this.database = database;
    }

    /**
     * Opens the state, makes it where there is none, and brings its tables to the form this version
     * knows. Two processes may do so at once. Never starts afresh over something it cannot read: a damaged,
     * foreign or newer state is an error.
     */
    public static Future<StateStore> open(Vertx vertx, StateLocation location) {
        return Database.open(vertx, location).map(StateStore::new);
    }

    /** Ends what is under way, then lets go of the connections. */
    public Future<Void> close() {
        return database.close();
    }

    // Runs

    /**
     * Takes the pipeline's lease, records the run, and finds or makes one open load for each stream: the
     * caller compares a continued load's fingerprint with its own and decides whether to go on with it. Runs that are found dead
     * are marked as interrupted.
     *
     * @return fails with {@link LeaseHeldException} while another run is alive. One is dead if its lease
     *     has expired or, on this host, its process has ended.
     */
    public Future<OpenRun> beginRun(RunStart start) {
        return database.step(
                "run-begin",
                "begin a run",
                sql -> Leases.acquire(sql, start)
                        .compose(taken -> Runs.markInterrupted(sql, start.pipeline())
                                .compose(marked -> Loads.findOrOpen(sql, start))
                                .compose(loads -> Runs.begin(sql, start, taken.epoch(), loads)
                                        .map(new OpenRun(
                                                start.pipeline(),
                                                start.runId(),
                                                taken.stateId(),
                                                taken.epoch(),
                                                loads)))));
    }

    /**
     * Makes a new load in place of a stream's open one, whose position no longer means anything. Its pending dead
     * letters go, those of a full refresh go all, since its rows are read again. A replay has none of its own: only what was
     * noted for a commit that has not come goes.
     */
    public Future<Load> replaceLoad(OpenRun run, LoadRequest request) {
        return write(
                run,
                "load-replace",
                "begin a load anew",
                sql -> drop(sql, run.pipeline(), request)
                        .compose(dropped -> Loads.replace(sql, run, request))
                        .compose(load -> Runs.loadReplaced(sql, run, load).map(load)));
    }

    private static Future<Void> drop(Sql sql, String pipeline, LoadRequest request) {
        return switch (request.purpose()) {
            case STREAM -> DeadLetters.dropOpenLoad(sql, pipeline, request.stream());
            case REPLAY -> Replays.dropOpen(sql, pipeline, request.stream());
        };
    }

    /** Keeps the lease; to be called every {@code LEASE_TIME / 3} while the run goes on. */
    public Future<Void> renew(OpenRun run) {
        return database.transaction("renew a lease", sql -> Leases.require(sql, run));
    }

    public Future<Void> attemptStarted(OpenRun run, String stream, int attempt, Instant at) {
        return write(
                run,
                "attempt-start",
                "record an attempt",
                sql -> Runs.attemptStarted(sql, run, stream, attempt, at.toEpochMilli()));
    }

    public Future<Void> attemptEnded(OpenRun run, AttemptEnd end) {
        return write(run, "attempt-end", "record an attempt's end", sql -> Runs.attemptEnded(sql, run, end));
    }

    /** Records what was altered in the destination for a stream, each change in a sentence or as its statement. */
    public Future<Void> schemaChanged(OpenRun run, String stream, List<String> changes) {
        return write(
                run,
                "schema-change",
                "record a schema change",
                sql -> Runs.note(sql, run, stream, Runs.Note.SCHEMA_CHANGE, changes));
    }

    /** Records how the run and its streams ended, and gives the lease back. The report holds no secrets (I31). */
    public Future<Void> finishRun(OpenRun run, RunReport report) {
        return write(
                run,
                "run-end",
                "record a run's end",
                sql -> Runs.end(sql, run, report).compose(ended -> Leases.release(sql, run)));
    }

    // Frontiers

    /**
     * Saves rows that were rejected before barrier {@code sequence}, right before the destination makes it
     * durable (I20). They are pending, and count once a frontier from there on is saved or adopted. To be
     * called for every barrier, with or without rows: it also drops what an attempt that failed left pending.
     *
     * @param attempt counts from 1 in each run
     * @param schema of the rows; whatever makes them readable later
     */
    public Future<Void> prepareDeadLetters(
            OpenRun run, Load load, int attempt, long sequence, List<RejectedRecord> rejected, String schema) {
        return write(
                run,
                "dead-letters",
                "save dead letters",
                sql -> DeadLetters.prepare(sql, run, load, attempt, sequence, rejected, schema));
    }

    /**
     * Saves what the destination has made durable: the load's progress, the stream's cursor, its dead letters up to
     * there, and with the last barrier that the load is complete (I6, I7). Saving the stored frontier
     * again changes nothing; a lower one is refused.
     */
    public Future<Void> saveFrontier(OpenRun run, LoadFrontier frontier) {
        // one transaction (I7)
        return write(
                run,
                "frontier",
                "save a frontier",
                sql -> Loads.advance(sql, run, frontier)
                        .compose(advanced -> Cursors.save(
                                sql, run.pipeline(), frontier.stream(), frontier.loadId(), frontier.cursor()))
                        .compose(saved -> DeadLetters.settle(sql, run, frontier)));
    }

    /**
     * Notes what becomes of dead letters once the destination has committed barrier {@code sequence} of their
     * replay, right before it does (I20). Notes of an attempt that failed go.
     */
    public Future<Void> prepareReplay(OpenRun run, Load load, long sequence, List<ReplayedLetter> letters) {
        return write(
                run,
                "dead-letters",
                "note what becomes of dead letters",
                sql -> Replays.prepare(sql, load.loadId(), sequence, letters));
    }

    /**
     * Saves what the destination has made durable of a replay: the load's progress, and with it what was noted of its
     * dead letters (I6, I7). Those that were taken go, those that were refused stay with the new reason.
     */
    public Future<Void> saveReplayed(OpenRun run, LoadFrontier frontier) {
        // one transaction (I7)
        return write(
                run,
                "frontier",
                "save a frontier",
                sql -> Loads.advance(sql, run, frontier)
                        .compose(advanced -> Replays.settle(sql, frontier.loadId(), frontier.sequence()))
                        .mapEmpty());
    }

    /**
     * Saves the frontier that the destination's receipt tells of (I8), as {@link #saveFrontier} would have. Dead
     * letters that are pending up to there count, later ones are dropped; so it is with what a replay has noted. A receipt of the stored frontier, or
     * of none, only drops what is pending.
     *
     * @param cursor that the receipt's payload stands for, where the stream has one
     * @return the load as it stands now
     */
    public Future<Load> adoptReceipt(OpenRun run, Load load, Receipt receipt, Optional<CursorValue> cursor) {
        return write(run, "receipt", "adopt a receipt", sql -> Receipts.adopt(sql, run, load, receipt, cursor));
    }

    // What is stored

    /** Who runs the pipeline; empty if nobody does. An expired lease is still shown. */
    public Future<Optional<Lease>> lease(String pipeline) {
        return database.read("read a lease", sql -> Leases.find(sql, pipeline));
    }

    /** By stream: the open load, and the last one that ended. */
    public Future<List<LoadRecord>> loads(String pipeline) {
        return database.read("read loads", sql -> Loads.list(sql, pipeline));
    }

    /** By stream. */
    public Future<List<StoredCursor>> cursors(String pipeline) {
        return database.read("read cursors", sql -> Cursors.list(sql, pipeline));
    }

    /** Newest first, without their streams. */
    public Future<List<RunRecord>> runs(Optional<String> pipeline, int limit) {
        return runs(new RunQuery(pipeline, limit, Optional.empty()));
    }

    /** A page, without their streams. */
    public Future<List<RunRecord>> runs(RunQuery query) {
        return database.read("list runs", sql -> RunReads.list(sql, query));
    }

    /** The last run of each of these pipelines that has any, in no order, without their streams; at most 1,000 pipelines at once. */
    public Future<List<RunRecord>> lastRuns(List<String> pipelines) {
        return database.read("list last runs", sql -> RunReads.last(sql, pipelines));
    }

    /** With its streams and their attempts. */
    public Future<Optional<RunRecord>> run(String runId) {
        return database.read("read a run", sql -> RunReads.find(sql, runId));
    }

    public Future<List<DeadLetter>> deadLetters(DeadLetterQuery query) {
        return database.read("list dead letters", sql -> DeadLetters.list(sql, query));
    }

    /** Those of the ids that are there, at most {@link DeadLetterQuery#MAX_LIMIT}, by growing id. */
    public Future<List<DeadLetter>> deadLetters(List<Long> ids) {
        return database.read("read dead letters", sql -> DeadLetters.list(sql, ids));
    }

    /** All dead letters of a pipeline that count, without their rows, by growing id. */
    public Future<List<KeptLetter>> keptLetters(String pipeline) {
        return database.read("list dead letters", sql -> Replays.kept(sql, pipeline));
    }

    public Future<Optional<DeadLetter>> deadLetter(long id) {
        return database.read("read a dead letter", sql -> DeadLetters.find(sql, id));
    }

    /** Those of a run that count. */
    public Future<Long> deadLetterCount(String runId) {
        return database.read("count dead letters", sql -> DeadLetters.count(sql, runId));
    }

    /** All or none; ids that are gone already do no harm. */
    public Future<Void> removeDeadLetters(List<Long> ids) {
        return database.transaction("remove dead letters", sql -> DeadLetters.remove(sql, ids));
    }

    /**
     * Forgets how far a stream has got: its cursor, its open load and what is pending of it. The next run
     * reads it from the first row.
     *
     * @param asker tells whether the holder of a lease is a dead process of the same host
     * @return whether there was anything; fails with {@link LeaseHeldException} while a run is alive
     */
    public Future<Boolean> resetStream(String pipeline, String stream, LeaseHolder asker) {
        return database.step(
                "reset",
                "reset a stream",
                sql -> Leases.clear(sql, pipeline, asker)
                        .compose(cleared -> Runs.markInterrupted(sql, pipeline))
                        .compose(marked -> DeadLetters.dropPending(sql, pipeline, stream))
                        .compose(dropped -> Replays.givenUp(sql, pipeline, stream))
                        .compose(marked -> Cursors.remove(sql, pipeline, stream))
                        .compose(cursor -> Loads.close(
                                        sql, pipeline, stream, LoadPurpose.STREAM, LoadRecord.Status.RESET)
                                .map(load -> cursor || load)));
    }

    // Connectors' entries

    public Future<Optional<byte[]>> entry(String owner, String key) {
        return database.read("read a connector's entry", sql -> ConnectorEntries.get(sql, owner, key));
    }

    /** Fails with {@code state.entry-size} or {@code state.full} beyond the limits above. */
    public Future<Void> putEntry(String owner, String key, byte[] value) {
        return database.transaction("save a connector's entry", sql -> ConnectorEntries.put(sql, owner, key, value));
    }

    /** Stores {@code value} if the stored one equals {@code expected}; tells whether it did. */
    public Future<Boolean> compareAndSetEntry(String owner, String key, Optional<byte[]> expected, byte[] value) {
        return database.transaction(
                "save a connector's entry", sql -> ConnectorEntries.compareAndSet(sql, owner, key, expected, value));
    }

    private <T> Future<T> write(OpenRun run, String step, String doing, Function<Sql, Future<T>> work) {
        return database.step(step, doing, sql -> Leases.require(sql, run).compose(held -> work.apply(sql)));
    }
}
