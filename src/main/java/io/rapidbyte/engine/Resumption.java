package io.rapidbyte.engine;

import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.state.Load;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds out where an attempt goes on, before any of its stages is deployed: asks the destination how far the load
 * really got, brings the state up to that (I8), and then looks whether the settings still fit. On the orchestrator's event loop.
 */
final class Resumption {
    private final StreamPlan plan;
    private final StreamBook book;
    private final Crew.Inquiry inquiry;
    private final Optional<Failure> doubt;
    private final Consumer<String> onWarning;

    /**
     * @param attempt of the run, which counts from 1
     * @param doubt the failure of the attempt before, where only a receipt can tell what became of its commit
     * @param onWarning told what a person ought to know, on the orchestrator's event loop
     */
    Resumption(
            StreamPlan plan,
            StreamBook book,
            int attempt,
            ConnectorState state,
            Optional<Failure> doubt,
            Consumer<String> onWarning) {
        this.plan = plan;
        this.book = book;
        this.inquiry = plan.crew().inquiry(book.context(attempt), state);
        this.doubt = doubt;
        this.onWarning = onWarning;
    }

    /** Completes when it is known where to go on; then the book's load stands there, or is complete. */
    Future<Void> run(Vertx vertx, Context context) {
        return inquiry.ask(vertx, context)
                .compose(receipt -> receipt.isEmpty() ? withoutReceipt() : adopt(receipt.get()))
                .compose(known -> suit())
                .recover(cause -> Future.failedFuture(StateFailures.explain(cause)));
    }

    void cancel() {
        inquiry.cancel();
    }

    private Future<Void> withoutReceipt() {
        if (doubt.isPresent()) {
            return Future.failedFuture(new FailureException(doubt.get()));
        }
        if (book.load().continued()) {
            onWarning.accept("an earlier run of stream " + plan.name() + " ended in the middle of a load, and this"
                    + " destination keeps no receipts: rows that it committed right before may come again. Compare"
                    + " the tables, or load the stream anew after: rapidbyte state reset --stream '" + plan.name()
                    + "'");
        }
        return Future.succeededFuture();
    }

    private Future<Void> adopt(Receipt receipt) {
        Load load = book.load();
        if (book.sameSettings() && receipt.sequence() < load.sequence()) {
            return refuse(
                    "engine.receipt-behind",
                    "the destination has rows of stream " + plan.name() + " up to checkpoint " + receipt.sequence()
                            + " of load " + load.loadId() + ", but this pipeline's state says " + load.sequence()
                            + ": the destination was emptied or restored, or another state wrote to it");
        }
        return book.adopt(receipt);
    }

    /**
     * An open load goes on only under the settings that it was opened with. One that has turned out to be complete is all that a full
     * refresh wants, but an incremental run brings what is new by now, which begins where that load ended.
     */
    private Future<Void> suit() {
        if (plan.replay().isPresent() && book.load().continued()) {
            // What an earlier replay left in doubt is settled now; this one has dead letters of its own.
            return book.replace();
        }
        if (book.sameSettings()) {
            return book.complete() && wantsMore() ? book.replace() : Future.succeededFuture();
        }
        if (plan.doublesRows() && book.load().sequence() > 0 && !book.complete()) {
            return refuse(
                    "engine.settings-changed",
                    "an earlier run delivered " + book.load().rows() + " rows of stream " + plan.name()
                            + " and did not finish; since then the stream's settings have changed, so they"
                            + " would be delivered again. Change the settings back to finish that load");
        }
        return book.replace();
    }

    private boolean wantsMore() {
        return book.load().continued() && plan.settings().syncMode() == SyncMode.INCREMENTAL;
    }

    private Future<Void> refuse(String code, String why) {
        String pipeline = plan.settings().run().pipeline();
        return Future.failedFuture(new FailureException(StateFailures.permanent(
                plan.name(),
                code,
                why + "; or look at the table, and forget the load with: rapidbyte state reset --stream '" + plan.name()
                        + "' (pipeline " + pipeline + ")")));
    }
}
