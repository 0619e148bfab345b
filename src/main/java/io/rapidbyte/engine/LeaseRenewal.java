package io.rapidbyte.engine;

import io.rapidbyte.model.LogScope;
import io.rapidbyte.state.LeaseLostException;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Keeps a lease while its holder writes nothing, until it is closed. Any thread. */
final class LeaseRenewal implements AutoCloseable {
    /** Two renewals may fail before the lease is lost. */
    static final Duration INTERVAL = StateStore.LEASE_TIME.dividedBy(3);

    private static final Logger LOG = System.getLogger(LeaseRenewal.class.getName());

    private final Vertx vertx;
    private final LogScope scope;
    private final Supplier<Future<Void>> renew;
    private final Consumer<LeaseLostException> onLost;
    private final long timer;

    /**
     * Begins to renew.
     *
     * @param scope of the holder
     * @param renew does it once
     * @param onLost told each time it is found that somebody else has taken the lease; on any thread
     */
    LeaseRenewal(
            Vertx vertx,
            LogScope scope,
            Duration interval,
            Supplier<Future<Void>> renew,
            Consumer<LeaseLostException> onLost) {
        this.vertx = vertx;
        this.scope = scope;
        this.renew = renew;
        this.onLost = onLost;
        this.timer = vertx.setPeriodic(interval.toMillis(), t -> renew());
    }

    private void renew() {
        renew.get().onFailure(cause -> {
            if (cause instanceof LeaseLostException lost) {
                onLost.accept(lost);
            } else {
                // The next one may do better; until then every write asks for the lease itself.
                scope.run(() ->
                        LOG.log(Level.WARNING, "the lease of run " + scope.runId() + " could not be renewed", cause));
            }
        });
    }

    @Override
    public void close() {
        vertx.cancelTimer(timer);
    }
}
