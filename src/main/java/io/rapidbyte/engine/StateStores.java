package io.rapidbyte.engine;

import io.rapidbyte.config.StateSettings;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.state.StateLocation;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The states that pipelines of this engine keep, each opened when first asked for and closed with the engine. Any thread. */
final class StateStores {
    private final Vertx vertx;
    private final StateLocation fallback;

    // guarded by this
    private final Map<StateLocation, Future<StateStore>> stores = new HashMap<>();

    /** @param fallback where pipelines without a {@code state} keep theirs */
    StateStores(Vertx vertx, StateLocation fallback) {
        this.vertx = vertx;
        this.fallback = fallback;
    }

    /** Fails with a {@link io.rapidbyte.model.FailureException}; then the next call tries again. */
    Future<StateStore> open(StateSettings settings) {
        try {
            return open(StatePlace.of(settings, fallback)).recover(e -> Future.failedFuture(StateFailures.explain(e)));
        } catch (FailureException e) {
            return Future.failedFuture(e);
        }
    }

    private synchronized Future<StateStore> open(StateLocation location) {
        Future<StateStore> known = stores.get(location);
        if (known != null && !known.failed()) {
            return known;
        }
        Future<StateStore> opening = StateStore.open(vertx, location);
        stores.put(location, opening);
        return opening;
    }

    /** Waits for what is still being opened. */
    synchronized Future<Void> close() {
        List<Future<Void>> closing = new ArrayList<>();
        stores.values()
                .forEach(store -> closing.add(store.compose(StateStore::close, failed -> Future.succeededFuture())));
        stores.clear();
        return Future.join(closing).mapEmpty();
    }
}
