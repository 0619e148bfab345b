package io.rapidbyte.engine;

import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.state.StateException;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import java.util.Optional;

/** Connectors' entries in the pipeline's state. On guest threads, which wait for it. */
final class StoreConnectorState implements ConnectorState {
    private final StateStore store;

    StoreConnectorState(StateStore store) {
        this.store = store;
    }

    @Override
    public Optional<byte[]> get(Key key) throws ConnectorException {
        return await(store.entry(key.owner(), key.key()));
    }

    @Override
    public void put(Key key, byte[] value) throws ConnectorException {
        await(store.putEntry(key.owner(), key.key(), value).map(true));
    }

    @Override
    public boolean compareAndSet(Key key, Optional<byte[]> expected, byte[] value) throws ConnectorException {
        return await(store.compareAndSetEntry(key.owner(), key.key(), expected, value));
    }

    private static <T> T await(Future<T> future) throws ConnectorException {
        try {
            return Waiting.on(future);
        } catch (StateException e) {
            throw new ConnectorException(
                    StateFailures.of(e, Optional.empty(), Optional.empty()).error(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(
                    ConnectorError.permanent(ErrorCategory.CANCELLED, "run.cancelled", "the run was cancelled"), e);
        }
    }
}
