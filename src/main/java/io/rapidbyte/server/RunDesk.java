package io.rapidbyte.server;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.ReplayOptions;
import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.state.RunRecord;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Starts runs: as many at once as there may be, and for an idempotency key one. */
final class RunDesk {
    /** Run ids are that long. */
    private static final int ID_BYTES = 8;

    private record Starting(String pipeline, Future<String> runId) {}

    private final Engine engine;
    private final Books books;
    private final int maxRuns;

    /** By id, from the request on. */
    private final Map<String, Starting> starting = new HashMap<>();

    /** By id, from the beginning to the report. */
    private final Map<String, RunHandle> active = new HashMap<>();

    private boolean closed;

    RunDesk(Engine engine, Books books, int maxRuns) {
        this.engine = engine;
        this.books = books;
        this.maxRuns = maxRuns;
    }

    /**
     * Starts a run; its id once it has begun.
     *
     * @param trigger who asked for it, for its record
     * @param key makes the run's id, so that whoever asks again gets the same run (also after a restart, since
     *     the state knows the id)
     */
    Future<String> start(Pipeline pipeline, String trigger, Optional<String> key) {
        return start(pipeline, key, runId -> engine.run(runId, pipeline, trigger, event -> {}));
    }

    /** The same of a replay of dead letters. */
    Future<String> replay(Pipeline pipeline, ReplayOptions options, Optional<String> key) {
        return start(pipeline, key, runId -> engine.replay(runId, pipeline, options, event -> {}));
    }

    private Future<String> start(Pipeline pipeline, Optional<String> key, Function<String, RunHandle> work) {
        if (closed) {
            return Future.failedFuture(HttpProblem.unavailable("the server is shutting down"));
        }
        String runId = key.map(RunDesk::idOf).orElseGet(Engine::newRunId);
        Starting other = starting.get(runId);
        if (other != null) {
            return same(other.pipeline(), pipeline).compose(v -> other.runId());
        }
        Future<String> begun = key.isEmpty() ? begin(runId, work) : once(runId, pipeline, work);
        starting.put(runId, new Starting(pipeline.name(), begun));
        return begun.onComplete(done -> starting.remove(runId));
    }

    private static String idOf(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, ID_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private Future<String> once(String runId, Pipeline pipeline, Function<String, RunHandle> work) {
        return books.of(pipeline).compose(store -> store.run(runId)).compose(known -> {
            if (known.isPresent()) {
                return same(known.map(RunRecord::pipeline).get(), pipeline).map(runId);
            }
            return begin(runId, work);
        });
    }

    private static Future<Void> same(String earlier, Pipeline pipeline) {
        return earlier.equals(pipeline.name())
                ? Future.succeededFuture()
                : Future.failedFuture(HttpProblem.keyReused(
                        "this key has started a run of " + earlier + "; every request takes a key of its own"));
    }

    private Future<String> begin(String runId, Function<String, RunHandle> work) {
        if (active.size() >= maxRuns) {
            return Future.failedFuture(HttpProblem.tooMany(
                    "the server does " + maxRuns + " runs at once (--max-runs); try again when one has ended"));
        }
        RunHandle run = work.apply(runId);
        active.put(runId, run);
        run.report().onComplete(done -> active.remove(runId));
        return run.accepted().map(runId);
    }

    /** False if no run of that id goes on here. */
    boolean cancel(String runId) {
        Optional<RunHandle> run = Optional.ofNullable(active.get(runId));
        run.ifPresent(RunHandle::cancel);
        return run.isPresent();
    }

    /** From now on no run is started. Those under way. */
    List<RunHandle> close() {
        closed = true;
        return List.copyOf(active.values());
    }

    boolean closed() {
        return closed;
    }
}
