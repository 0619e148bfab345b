package io.rapidbyte.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Makes meters of run events. Events of several runs may come in any mixture, from one thread at a time. */
final class RunMeters implements Consumer<RunEvent> {
    /** A label's values are remembered for ever; pipelines come in messages from anybody. */
    static final int MOST_PIPELINES = 100;

    /** Of what is under way, if a run's end never comes. */
    private static final int MOST_RUNS = 1_000;

    private static final String OTHER = "other";
    private static final String PIPELINE = "pipeline";
    private static final String STATUS = "status";

    private final MeterRegistry registry;
    private final LongSupplier clock;

    // guarded by this
    private final Set<String> pipelines = new HashSet<>();
    private final Map<String, Run> runs = new HashMap<>();

    /** A run under way. */
    private static final class Run {
        final String pipeline;
        final Map<String, Stream> streams = new HashMap<>();

        Run(String pipeline) {
            this.pipeline = pipeline;
        }
    }

    /** A stream under way. */
    private static final class Stream {
        long rowsRead;
        long bytesRead;
        long safeNanos;

        Stream(long nanos) {
            safeNanos = nanos;
        }
    }

    /** @param clock gives nanoseconds */
    RunMeters(MeterRegistry registry, LongSupplier clock) {
        this.registry = registry;
        this.clock = clock;
        gauge("rapidbyte.runs.active", "Runs under way", this::activeRuns);
        gauge(
                "rapidbyte.checkpoint.age.seconds",
                "How long ago the stream that waits longest had its last checkpoint, or began",
                this::checkpointAge);
    }

    private void gauge(String name, String help, Supplier<Number> value) {
        Gauge.builder(name, value).description(help).register(registry);
    }

    private synchronized Number activeRuns() {
        return runs.size();
    }

    private synchronized Number checkpointAge() {
        long now = clock.getAsLong();
        long oldest = runs.values().stream()
                .flatMap(run -> run.streams.values().stream())
                .mapToLong(stream -> now - stream.safeNanos)
                .max()
                .orElse(0);
        return (double) oldest / TimeUnit.SECONDS.toNanos(1);
    }

    @Override
    public synchronized void accept(RunEvent event) {
        switch (event) {
            case RunEvent.RunStarted e -> {
                if (runs.size() < MOST_RUNS) {
                    runs.put(e.runId(), new Run(label(e.pipeline())));
                }
            }
            case RunEvent.StreamStarted e -> run(e).streams.put(e.streamName(), new Stream(clock.getAsLong()));
            case RunEvent.StreamProgress e -> read(run(e), e.streamName(), e.rowsRead(), e.bytesRead());
            case RunEvent.FrontierCommitted e -> committed(run(e), e);
            case RunEvent.StreamRetrying e ->
                count("rapidbyte.stream.retries", "Attempts that were followed by another", run(e).pipeline, 1);
            case RunEvent.StreamFinished e -> finished(run(e), e.report());
            case RunEvent.Log ignored -> {}
            case RunEvent.RunFinished e -> finished(e.report());
        }
    }

    /** Who listens from the middle of a run on does not know its pipeline. */
    private Run run(RunEvent event) {
        return runs.getOrDefault(event.runId(), new Run(OTHER));
    }

    private String label(String pipeline) {
        return pipelines.contains(pipeline) || (pipelines.size() < MOST_PIPELINES && pipelines.add(pipeline))
                ? pipeline
                : OTHER;
    }

    private void read(Run run, String streamName, long rows, long bytes) {
        Stream stream = run.streams.computeIfAbsent(streamName, name -> new Stream(clock.getAsLong()));
        count("rapidbyte.rows.read", "Rows that left sources", run.pipeline, rows - stream.rowsRead);
        count(
                "rapidbyte.bytes.read",
                "Arrow bytes that left sources, uncompressed",
                run.pipeline,
                bytes - stream.bytesRead);
        stream.rowsRead = rows;
        stream.bytesRead = bytes;
    }

    private void committed(Run run, RunEvent.FrontierCommitted event) {
        count("rapidbyte.checkpoints", "Frontiers that destination and state have made durable", run.pipeline, 1);
        timer("rapidbyte.state.save", "What the state needed to save a frontier")
                .record(event.savedIn());
        Stream stream = run.streams.get(event.streamName());
        if (stream != null) {
            stream.safeNanos = clock.getAsLong();
        }
    }

    private void finished(Run run, StreamReport report) {
        read(run, report.streamName(), report.rowsRead(), report.bytesRead());
        run.streams.remove(report.streamName());
        count("rapidbyte.rows.written", "Rows made durable", run.pipeline, report.rowsWritten());
        count("rapidbyte.rows.rejected", "Rows left out or kept as dead letters", run.pipeline, report.rowsRejected());
        registry.counter("rapidbyte.streams", PIPELINE, run.pipeline, STATUS, word(report.status()))
                .increment();
        report.timings().forEach(this::spent);
    }

    /** By stage and activity; transforms are one, since a pipeline may have any number. */
    private void spent(String key, Duration time) {
        int dot = key.indexOf('.');
        String stage = key.substring(0, dot);
        String activity = key.substring(dot + 1);
        if (!activity.equals("total")) {
            registry.counter(
                            "rapidbyte.stage.seconds",
                            "stage",
                            stage.startsWith("transform") ? "transform" : stage,
                            "activity",
                            activity)
                    .increment((double) time.toNanos() / TimeUnit.SECONDS.toNanos(1));
        }
    }

    private void finished(RunReport report) {
        String pipeline = label(report.pipeline());
        runs.remove(report.runId());
        registry.counter("rapidbyte.runs", PIPELINE, pipeline, STATUS, word(report.status()))
                .increment();
        timer("rapidbyte.run.duration", "From a run's start to its end", PIPELINE, pipeline)
                .record(report.duration());
    }

    private void count(String name, String help, String pipeline, long more) {
        Counter.builder(name)
                .description(help)
                .tag(PIPELINE, pipeline)
                .register(registry)
                .increment((double) Math.max(0, more));
    }

    private Timer timer(String name, String help, String... tags) {
        return Timer.builder(name).description(help).tags(tags).register(registry);
    }

    private static String word(RunStatus status) {
        return status.name().toLowerCase(Locale.ROOT);
    }
}
