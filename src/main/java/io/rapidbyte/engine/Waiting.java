package io.rapidbyte.engine;

import io.rapidbyte.state.StateException;
import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;

/** How a guest thread waits for the state, which never blocks by itself. */
final class Waiting {
    private Waiting() {}

    /**
     * The future's result. Not on an event loop.
     *
     * @throws StateException that the future failed with
     * @throws InterruptedException if the thread is interrupted; what was asked for goes on all the same
     */
    static <T> T on(Future<T> future) throws InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case StateException cause -> throw cause;
                case null, default -> throw new IllegalStateException("the state broke its word", e.getCause());
            }
        }
    }
}
