package io.rapidbyte.model;

import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * What the current thread works for, so that lines logged meanwhile, by whomever, can say so. Holds for the calls made within it, and for
 * no other thread.
 *
 * @param stage its place in the pipeline with its connector, as logs name it
 */
public record LogScope(String runId, Optional<String> streamName, Optional<String> stage) {
    private static final ScopedValue<LogScope> CURRENT = ScopedValue.newInstance();

    /** Of a run as a whole. */
    public static LogScope of(String runId) {
        return new LogScope(runId, Optional.empty(), Optional.empty());
    }

    public LogScope stream(String name) {
        return new LogScope(runId, Optional.of(name), Optional.empty());
    }

    public LogScope stage(String label) {
        return new LogScope(runId, streamName, Optional.of(label));
    }

    /** The innermost that the current thread is in. */
    public static Optional<LogScope> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    public void run(Runnable work) {
        ScopedValue.where(CURRENT, this).run(work);
    }

    /** Work for another thread, which takes the scope of this one along. */
    public static <T> Callable<T> handedOn(Callable<T> work) {
        return current()
                .<Callable<T>>map(
                        scope -> () -> ScopedValue.where(CURRENT, scope).call(work::call))
                .orElse(work);
    }

    /** The same of work without a result. */
    public static Runnable handedOn(Runnable work) {
        return current().<Runnable>map(scope -> () -> scope.run(work)).orElse(work);
    }
}
