package io.rapidbyte.engine;

import io.rapidbyte.model.LogScope;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.concurrent.Callable;

/** Work that blocks on files, done on a worker thread. */
final class OffLoop {
    private OffLoop() {}

    /** Calls that do not wait for each other; the future completes on the caller's context. */
    static <T> Future<T> call(Vertx vertx, Callable<T> work) {
        return vertx.executeBlocking(LogScope.handedOn(work), false).map(result -> Objects.requireNonNull(result));
    }
}
