package io.rapidbyte.state;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.Optional;

/**
 * One run of a pipeline at a time. The lease's row is the lock of its pipeline: whoever writes for a
 * run updates it first, under the epoch that the run was given.
 */
final class Leases {
    private static final String LOCK =
            "INSERT INTO leases (pipeline, epoch) VALUES (?, 0) ON CONFLICT (pipeline) DO UPDATE SET epoch = leases.epoch";
    private static final String READ =
            "SELECT l.*, {now} AS now_ms, i.state_id FROM leases l CROSS JOIN state_identity i WHERE pipeline = ?";
    private static final String TAKE =
            "UPDATE leases SET epoch = epoch + 1, run_id = ?, host = ?, pid_space = ?, pid = ?, process_started_at = ?,"
                    + " acquired_at = {now}, expires_at = {now} + ? WHERE pipeline = ?";
    private static final String CLEAR = "UPDATE leases SET epoch = epoch + 1, run_id = NULL WHERE pipeline = ?";
    private static final String RENEW =
            "UPDATE leases SET expires_at = {now} + ? WHERE pipeline = ? AND epoch = ? AND run_id = ?";
    private static final String RELEASE =
            "UPDATE leases SET run_id = NULL WHERE pipeline = ? AND epoch = ? AND run_id = ?";

    /**
     * An epoch of a pipeline's lease, and the state that counts it: what a state that was lost has counted means nothing
     * to the one that took its place.
     */
    record Epoch(String stateId, long epoch) {}

    private Leases() {}

    /** The epoch of the new lease; fails with {@link LeaseHeldException}. */
    static Future<Epoch> acquire(Sql sql, RunStart start) {
        LeaseHolder holder = start.holder();
        return lockFree(sql, start.pipeline(), holder)
                .compose(before -> sql.update(
                                TAKE,
                                start.runId(),
                                holder.host(),
                                holder.pidSpace(),
                                holder.pid(),
                                holder.startedAt().toEpochMilli(),
                                StateStore.LEASE_TIME.toMillis(),
                                start.pipeline())
                        .map(new Epoch(before.stateId(), before.epoch() + 1)));
    }

    /** Fences off a run that is dead already, without beginning another. */
    static Future<Void> clear(Sql sql, String pipeline, LeaseHolder asker) {
        return lockFree(sql, pipeline, asker)
                .compose(before -> sql.update(CLEAR, pipeline))
                .mapEmpty();
    }

    /** Locks the lease until the transaction ends; its epoch, if nobody alive holds it. */
    private static Future<Epoch> lockFree(Sql sql, String pipeline, LeaseHolder asker) {
        return sql.update(LOCK, pipeline)
                .compose(locked -> sql.first(READ, pipeline))
                .map(Optional::orElseThrow)
                .map(row -> {
                    Optional<Lease> lease = lease(row);
                    long now = row.getLong("now_ms");
                    if (lease.isPresent()
                            && !expired(lease.get(), now)
                            && !lease.get().holder().isGone(asker)) {
                        throw new LeaseHeldException(lease.get());
                    }
                    return new Epoch(row.getString("state_id"), row.getLong("epoch"));
                });
    }

    private static boolean expired(Lease lease, long now) {
        return lease.expiresAt().toEpochMilli() <= now;
    }

    /** Every write of a run begins with this: it renews the lease, and nothing is written if that is lost. */
    static Future<Void> require(Sql sql, OpenRun run) {
        return sql.update(RENEW, StateStore.LEASE_TIME.toMillis(), run.pipeline(), run.epoch(), run.runId())
                .compose(renewed -> renewed == 1
                        ? Future.<Void>succeededFuture()
                        : Future.failedFuture(new LeaseLostException(run)));
    }

    static Future<Void> release(Sql sql, OpenRun run) {
        return sql.update(RELEASE, run.pipeline(), run.epoch(), run.runId()).mapEmpty();
    }

    static Future<Optional<Lease>> find(Sql sql, String pipeline) {
        return sql.first(READ, pipeline).map(row -> row.flatMap(Leases::lease));
    }

    private static Optional<Lease> lease(Row row) {
        if (row.getString("run_id") == null) {
            return Optional.empty();
        }
        LeaseHolder holder = new LeaseHolder(
                row.getString("host"),
                row.getString("pid_space"),
                row.getLong("pid"),
                Instant.ofEpochMilli(row.getLong("process_started_at")));
        return Optional.of(new Lease(
                row.getString("pipeline"),
                row.getLong("epoch"),
                row.getString("run_id"),
                holder,
                Instant.ofEpochMilli(row.getLong("acquired_at")),
                Instant.ofEpochMilli(row.getLong("expires_at"))));
    }
}
