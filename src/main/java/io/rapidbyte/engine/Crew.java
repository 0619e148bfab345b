package io.rapidbyte.engine;

import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Optional;

/** Who works on a stream. Makes anew for every attempt, since none reuses what the one before had. */
interface Crew {
    /** From the source to the destination. */
    List<Stage> stages(StreamContext stream, ConnectorState state);

    /** A question to the destination that has not been asked yet: how far did the load get? */
    Inquiry inquiry(StreamContext stream, ConnectorState state);

    /** A stage and what makes its guest. */
    record Stage(StagePlan plan, StageGuest.Maker maker) {}

    /** A question under way. */
    interface Inquiry {
        /**
         * Asks, once. The future completes on {@code context}: empty from a destination that keeps no receipts,
         * else with a receipt of the load; fails with a {@link io.rapidbyte.model.FailureException}.
         */
        Future<Optional<Receipt>> ask(Vertx vertx, Context context);

        /** Ends it for good. Any thread; returns at once. */
        void cancel();
    }
}
