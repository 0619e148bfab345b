package io.rapidbyte.conformance;

import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.CursorNulls;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.StreamLimits;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The stream contexts that guests are given. */
final class Streams {
    /** What destinations write to; every test of a destination begins by replacing or adding to it. */
    static final String TABLE = "rapidbyte_conformance";

    private static final StreamLimits WIDE = limits(StreamLimits.DEFAULT_MAX_BATCH_BYTES, 0);

    private Streams() {}

    static StreamContext read(String name) {
        return stream(name, WriteMode.APPEND, run(load(), 1));
    }

    static StreamContext write(WriteMode mode, RunIdentity run) {
        return stream(TABLE, mode, run);
    }

    private static StreamContext stream(String name, WriteMode mode, RunIdentity run) {
        return new StreamContext(
                name,
                SyncMode.FULL_REFRESH,
                mode,
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                WIDE,
                StreamPolicies.DEFAULT,
                Optional.empty(),
                run);
    }

    static String load() {
        return "conformance-" + UUID.randomUUID();
    }

    /** @param run counts from 1; a later one may claim what an earlier one wrote */
    static RunIdentity run(String load, int run) {
        // Each load has a state of its own, whose epochs say which of its runs is the later one.
        return new RunIdentity("rapidbyte-conformance", load + "-" + run, load, load, run, run);
    }

    static StreamContext withBatchBytes(StreamContext ctx, long maxBatchBytes) {
        return with(ctx, ctx.selectedColumns(), ctx.cursor(), ctx.position(), limits(maxBatchBytes, 0));
    }

    /** With a barrier due after every batch. */
    static StreamContext withBarriers(StreamContext ctx, long maxBatchBytes) {
        return with(ctx, ctx.selectedColumns(), ctx.cursor(), ctx.position(), limits(maxBatchBytes, 1));
    }

    static StreamContext from(StreamContext ctx, String position) {
        return with(ctx, ctx.selectedColumns(), ctx.cursor(), Optional.of(position), ctx.limits());
    }

    static StreamContext selecting(StreamContext ctx, List<String> columns) {
        return with(ctx, Optional.of(columns), ctx.cursor(), ctx.position(), ctx.limits());
    }

    static StreamContext incremental(StreamContext ctx, String field, Optional<CursorValue> from) {
        Cursor cursor = new Cursor(field, Optional.empty(), from, CursorNulls.EXCLUDE, 0, List.of(), Optional.empty());
        return with(ctx, ctx.selectedColumns(), Optional.of(cursor), Optional.empty(), ctx.limits());
    }

    private static StreamContext with(
            StreamContext ctx,
            Optional<List<String>> columns,
            Optional<Cursor> cursor,
            Optional<String> position,
            StreamLimits limits) {
        return new StreamContext(
                ctx.name(),
                cursor.isPresent() ? SyncMode.INCREMENTAL : ctx.syncMode(),
                ctx.writeMode(),
                ctx.primaryKey(),
                columns,
                cursor,
                position,
                ctx.schema(),
                limits,
                ctx.policies(),
                ctx.partition(),
                ctx.run());
    }

    private static StreamLimits limits(long maxBatchBytes, long checkpointRows) {
        return new StreamLimits(
                maxBatchBytes,
                StreamLimits.DEFAULT_MAX_RECORD_BYTES,
                StreamLimits.DEFAULT_MAX_INFLIGHT_BATCHES,
                0,
                checkpointRows,
                0);
    }
}
