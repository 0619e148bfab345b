package io.rapidbyte.engine;

import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.state.Load;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;

/**
 * Finds out where an attempt goes on, before any of its stages is deployed: asks the destination how far the load
 * really got, brings the state up to that (I8), and then looks whether the settings still fit. On the orchestrator's event loop.
 */
final class Resumption {
    private final StreamPlan plan;
    private final StreamBook book;
    private final Crew.Inquiry inquiry;
    private final Optional<Failure> doubt;

    /** @param doubt the failure of the attempt before, where only a receipt can tell what became of its commit */
    Resumption(StreamPlan plan, StreamBook book, int attempt, ConnectorState state, Optional<Failure> doubt) {
        this.plan = plan;
        this.book = book;
        this.inquiry = plan.crew().inquiry(book.context(attempt), state);
        this.doubt = doubt;
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
        return doubt.isEmpty() ? Future.succeededFuture() : Future.failedFuture(new FailureException(doubt.get()));
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

    /** An open load goes on only under the settings that it was opened with. */
    private Future<Void> suit() {
        if (book.sameSettings()) {
            return Future.succeededFuture();
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

    private Future<Void> refuse(String code, String why) {
        String pipeline = plan.settings().run().pipeline();
        return Future.failedFuture(new FailureException(StateFailures.permanent(
                plan.name(),
                code,
                why + "; or look at the table, and forget the load with: rapidbyte state reset --stream '" + plan.name()
                        + "' (pipeline " + pipeline + ")")));
    }
}
