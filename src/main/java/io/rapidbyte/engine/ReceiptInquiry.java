package io.rapidbyte.engine;

import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.GuestErrand;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;

/** Asks a destination connector for its receipt. */
final class ReceiptInquiry implements Crew.Inquiry {
    private final GuestPart destination;
    private final StreamContext stream;
    private final GuestErrand<Optional<Receipt>> errand;

    ReceiptInquiry(GuestPart destination, StreamContext stream, ConnectorState state) {
        this.destination = destination;
        this.stream = stream;
        this.errand = new GuestErrand<>(
                destination.connector(),
                destination.role(),
                destination.config(),
                state,
                instance -> instance.resume(stream));
    }

    @Override
    public Future<Optional<Receipt>> ask(Vertx vertx, Context context) {
        return errand.run(vertx, context).recover(cause -> Future.failedFuture(failure(cause)));
    }

    @Override
    public void cancel() {
        errand.cancel();
    }

    private Throwable failure(Throwable cause) {
        if (cause instanceof ConnectorException e) {
            return new FailureException(destination.failure(e.error(), Optional.of(stream.name())), e);
        }
        return cause;
    }
}
