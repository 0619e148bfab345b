package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.BusGuest;
import io.rapidbyte.flow.BusVerticle;
import io.rapidbyte.flow.StageContract;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;

/**
 * A verticle on the event bus, of which nobody knows more than its address and what it says it can do.
 *
 * @param abilities in this role
 */
record BusPart(
        String stage, ConnectorRole role, BusVerticle verticle, BusVerticle.Abilities abilities, ObjectNode config)
        implements Part {
    @Override
    public String name() {
        return StageContract.USE_PREFIX + verticle.address();
    }

    @Override
    public List<String> modes() {
        return abilities.modes();
    }

    /** All of them: a verticle has no schema that says which are passwords. */
    @Override
    public ObjectNode fingerprinted() {
        return config;
    }

    @Override
    public void load() {}

    @Override
    public StageGuest.Maker maker(StreamContext stream, ConnectorState state) {
        return BusGuest.maker(verticle, role, config, stream);
    }

    @Override
    public Crew.Inquiry inquiry(StreamContext stream, ConnectorState state) {
        return new Question(this, stream);
    }

    /** What the destination has recorded of a load, where it records any. */
    private static final class Question implements Crew.Inquiry {
        private final BusPart destination;
        private final StreamContext stream;
        private final Promise<Optional<Receipt>> answer = Promise.promise();

        Question(BusPart destination, StreamContext stream) {
            this.destination = destination;
            this.stream = stream;
        }

        @Override
        public Future<Optional<Receipt>> ask(Vertx vertx, Context context) {
            Future<Optional<Receipt>> told = destination.abilities().receipts()
                    ? destination
                            .verticle()
                            .receipt(stream, destination.config())
                            .map(Optional::of)
                    : Future.succeededFuture(Optional.empty());
            told.onComplete(answer::tryComplete, cause -> answer.tryFail(failure(cause)));
            Promise<Optional<Receipt>> onContext = Promise.promise();
            answer.future().onComplete(done -> context.runOnContext(v -> onContext.handle(done)));
            return onContext.future();
        }

        private Throwable failure(Throwable cause) {
            return cause instanceof ConnectorException e
                    ? new FailureException(destination.failure(e.error(), Optional.of(stream.name())), e)
                    : cause;
        }

        @Override
        public void cancel() {
            answer.tryFail(failure(new ConnectorException(
                    ConnectorError.permanent(ErrorCategory.CANCELLED, "run.cancelled", "the run was cancelled"))));
        }
    }
}
