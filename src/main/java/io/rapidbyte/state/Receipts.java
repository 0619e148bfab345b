package io.rapidbyte.state;

import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.Receipt;
import io.vertx.core.Future;
import java.util.Optional;

/** Catches up with a destination that knew more than state did (I8). */
final class Receipts {
    private Receipts() {}

    static Future<Load> adopt(Sql sql, OpenRun run, Load load, Receipt receipt, Optional<CursorValue> cursor) {
        if (!receipt.loadId().equals(load.loadId())) {
            return Future.failedFuture(new StateException(
                    "state.receipt-of-other-load",
                    "the receipt is of load " + receipt.loadId() + ", not of load " + load.loadId() + " of stream "
                            + load.stream() + "; that is a defect of Rapidbyte"));
        }
        return Loads.find(sql, run, load.loadId())
                .compose(stored -> rejectedUpTo(sql, load.loadId(), receipt.sequence())
                        .compose(settled -> receipt.sequence() <= stored.sequence()
                                ? Future.succeededFuture(at(load, stored))
                                : advance(sql, run, load, receipt, cursor, stored.rejected() + settled)));
    }

    /** How many rows are known now to have been rejected, for the first time or again. */
    private static Future<Integer> rejectedUpTo(Sql sql, String loadId, long sequence) {
        return DeadLetters.adopt(sql, loadId, sequence)
                .compose(first -> Replays.adopt(sql, loadId, sequence).map(again -> first + again));
    }

    private static Future<Load> advance(
            Sql sql, OpenRun run, Load load, Receipt receipt, Optional<CursorValue> cursor, long rejected) {
        LoadFrontier frontier = new LoadFrontier(
                load.stream(),
                load.loadId(),
                0,
                receipt.sequence(),
                receipt.payload(),
                receipt.complete(),
                receipt.rows() + rejected,
                rejected,
                cursor);
        return Loads.advance(sql, run, frontier)
                .compose(advanced -> Cursors.save(sql, run.pipeline(), load.stream(), load.loadId(), cursor))
                .compose(saved -> Loads.find(sql, run, load.loadId()))
                .map(stored -> at(load, stored, cursor.or(load::cursor)));
    }

    private static Load at(Load load, LoadRecord stored) {
        return at(load, stored, load.cursor());
    }

    private static Load at(Load load, LoadRecord stored, Optional<CursorValue> cursor) {
        return new Load(
                load.stream(),
                load.loadId(),
                load.continued(),
                load.syncMode(),
                load.writeMode(),
                load.fingerprint(),
                stored.sequence(),
                stored.payload(),
                stored.rows(),
                stored.rejected(),
                cursor);
    }
}
