package io.rapidbyte.cli;

import io.rapidbyte.config.PipelineException;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.EngineOptions;
import io.rapidbyte.engine.StatePlace;
import io.rapidbyte.launcher.Start;
import io.rapidbyte.model.RunTracer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** A Vert.x with an engine on it, for the length of one command. Main thread. */
public final class EngineSession implements AutoCloseable {
    /** Control messages only pass the event loops; guests have threads of their own. */
    private static final int EVENT_LOOPS = 2;

    /** What runs at its end is stopped by then; a hung close must not hold the exit code back. */
    private static final int CLOSE_SECONDS = 10;

    private final Vertx vertx;
    private final Engine engine;

    private EngineSession(Vertx vertx, Engine engine) {
        this.vertx = vertx;
        this.engine = engine;
    }

    public static EngineSession open(Root root) throws PipelineException {
        return open(root, RunTracer.NONE);
    }

    static EngineSession open(Root root, RunTracer tracer) throws PipelineException {
        return open(root, tracer, Vertx::vertx);
    }

    /** @param make a Vert.x of these options */
    static EngineSession open(Root root, RunTracer tracer, Function<VertxOptions, Vertx> make)
            throws PipelineException {
        String reason = System.getProperty(Start.INTERPRETER_REASON);
        if (reason != null) {
            root.terminal()
                    .say("rapidbyte: no optimising compiler, connectors run some fifty times slower (" + reason + ")");
        }
        Vertx vertx = make.apply(options(EVENT_LOOPS));
        try {
            return new EngineSession(
                    vertx,
                    await(Engine.start(
                            vertx,
                            new EngineOptions(root.connectors(), StatePlace.byDefault(root.environment()), tracer))));
        } catch (RuntimeException | PipelineException e) {
            close(vertx.close());
            throw e;
        }
    }

    /** Without the files that a web server would want. */
    static Vertx vertx(int eventLoops) {
        return Vertx.vertx(options(eventLoops));
    }

    private static VertxOptions options(int eventLoops) {
        return new VertxOptions()
                .setEventLoopPoolSize(eventLoops)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    Vertx vertx() {
        return vertx;
    }

    Engine engine() {
        return engine;
    }

    /** Waits on a thread that is no event loop; throws what the future failed with. */
    static <T> T await(Future<T> future) throws PipelineException {
        try {
            return future.toCompletionStage().toCompletableFuture().get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Cancelled(e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case PipelineException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case null, default -> throw new IllegalStateException("the engine broke its word", e.getCause());
            }
        }
    }

    @Override
    public void close() {
        close(engine.close());
        // Not chained: what follows the end of a Vert.x cannot be told on its event loops.
        close(vertx.close());
    }

    static void close(Future<Void> closing) {
        try {
            closing.toCompletionStage().toCompletableFuture().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            System.getLogger(EngineSession.class.getName())
                    .log(System.Logger.Level.WARNING, "the engine did not close in order", e);
        }
    }
}
