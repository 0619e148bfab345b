package io.rapidbyte.telemetry;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Makes spans of run events: a run's, in it its streams', in them their attempts', and in the last of those its stages'. One thread at a time. */
final class RunSpans implements Consumer<RunEvent> {
    private static final AttributeKey<String> RUN_ID = AttributeKey.stringKey("rapidbyte.run_id");
    private static final AttributeKey<String> PIPELINE = AttributeKey.stringKey("rapidbyte.pipeline");
    private static final AttributeKey<String> STREAM = AttributeKey.stringKey("rapidbyte.stream");
    private static final AttributeKey<String> STAGE = AttributeKey.stringKey("rapidbyte.stage");
    private static final AttributeKey<String> STATUS = AttributeKey.stringKey("rapidbyte.status");
    private static final AttributeKey<String> CODE = AttributeKey.stringKey("rapidbyte.error_code");
    private static final AttributeKey<String> BOTTLENECK = AttributeKey.stringKey("rapidbyte.bottleneck");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("rapidbyte.attempt");
    private static final AttributeKey<Long> FRONTIER = AttributeKey.longKey("rapidbyte.frontier");
    private static final AttributeKey<Long> ROWS = AttributeKey.longKey("rapidbyte.rows");
    private static final AttributeKey<Long> ROWS_READ = AttributeKey.longKey("rapidbyte.rows_read");
    private static final AttributeKey<Long> ROWS_WRITTEN = AttributeKey.longKey("rapidbyte.rows_written");
    private static final AttributeKey<Long> ROWS_REJECTED = AttributeKey.longKey("rapidbyte.rows_rejected");
    private static final AttributeKey<Long> BYTES_READ = AttributeKey.longKey("rapidbyte.bytes_read");

    /** Runs whose end never comes must not stay for ever. */
    private static final int MOST_RUNS = 1_000;

    private final Tracer tracer;
    private final Map<String, Run> runs = new HashMap<>();

    private record Run(Span span, Map<String, Stream> streams) {}

    /** A stream under way, with the attempt under way. */
    private static final class Stream {
        final Span span;
        Span attempt;
        Instant attemptAt;
        long attempts = 1;

        Stream(Span span, Span attempt, Instant at) {
            this.span = span;
            this.attempt = attempt;
            this.attemptAt = at;
        }
    }

    RunSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public void accept(RunEvent event) {
        switch (event) {
            case RunEvent.RunStarted e -> begin(e);
            case RunEvent.StreamStarted e -> run(e).ifPresent(run -> begin(run, e));
            case RunEvent.StreamProgress ignored -> {}
            case RunEvent.FrontierCommitted e -> stream(e, e.streamName()).ifPresent(stream -> committed(stream, e));
            case RunEvent.StreamRetrying e -> stream(e, e.streamName()).ifPresent(stream -> retry(stream, e));
            case RunEvent.StreamFinished e ->
                run(e).map(run -> run.streams().remove(e.report().streamName()))
                        .ifPresent(stream -> end(stream, e.report(), e.at()));
            case RunEvent.Log ignored -> {}
            case RunEvent.RunFinished e -> run(e).ifPresent(run -> end(run, e.report(), e.at()));
        }
    }

    private Optional<Run> run(RunEvent event) {
        return Optional.ofNullable(runs.get(event.runId()));
    }

    private Optional<Stream> stream(RunEvent event, String name) {
        return run(event).map(run -> run.streams().get(name));
    }

    private void begin(RunEvent.RunStarted event) {
        if (runs.size() < MOST_RUNS) {
            Span span = span(
                    "run",
                    Context.root(),
                    event.at(),
                    Attributes.of(RUN_ID, event.runId(), PIPELINE, event.pipeline()));
            runs.put(event.runId(), new Run(span, new HashMap<>()));
        }
    }

    private void begin(Run run, RunEvent.StreamStarted event) {
        Attributes attributes = Attributes.of(RUN_ID, event.runId(), STREAM, event.streamName());
        Span span = span("stream", Context.root().with(run.span()), event.at(), attributes);
        run.streams().put(event.streamName(), new Stream(span, attempt(span, 1, event.at()), event.at()));
    }

    private Span attempt(Span stream, long number, Instant at) {
        return span("attempt", Context.root().with(stream), at, Attributes.of(ATTEMPT, number));
    }

    private Span span(String name, Context parent, Instant at, Attributes attributes) {
        return tracer.spanBuilder(name)
                .setParent(parent)
                .setStartTimestamp(at)
                .setAllAttributes(attributes)
                .startSpan();
    }

    private static void committed(Stream stream, RunEvent.FrontierCommitted event) {
        stream.attempt.addEvent(
                "checkpoint", Attributes.of(FRONTIER, event.frontier(), ROWS, event.rows()), event.at());
    }

    private void retry(Stream stream, RunEvent.StreamRetrying event) {
        stream.attempt.setAttribute(CODE, event.code());
        stream.attempt.setStatus(StatusCode.ERROR, event.message());
        stream.attempt.end(event.at());
        stream.attemptAt = event.at().plus(event.delay());
        stream.attempt = attempt(stream.span, ++stream.attempts, stream.attemptAt);
    }

    private void end(Stream stream, StreamReport report, Instant at) {
        stages(stream, report, at);
        fail(stream.attempt, report.status(), report.failure());
        stream.attempt.end(at);
        stream.span.setAllAttributes(Attributes.of(
                ROWS_READ,
                report.rowsRead(),
                ROWS_WRITTEN,
                report.rowsWritten(),
                ROWS_REJECTED,
                report.rowsRejected(),
                BYTES_READ,
                report.bytesRead()));
        report.bottleneck().ifPresent(bottleneck -> stream.span.setAttribute(BOTTLENECK, bottleneck.toString()));
        fail(stream.span, report.status(), report.failure());
        stream.span.end(at);
    }

    /** They end with the attempt; where there were several, their times are those of all together. */
    private void stages(Stream stream, StreamReport report, Instant at) {
        Map<String, Map<String, Duration>> stages = new TreeMap<>();
        report.timings().forEach((key, time) -> {
            int dot = key.indexOf('.');
            stages.computeIfAbsent(key.substring(0, dot), stage -> new TreeMap<>())
                    .put(key.substring(dot + 1), time);
        });
        stages.forEach((stage, times) -> {
            Instant began = at.minus(times.getOrDefault("total", Duration.ZERO));
            Instant from = began.isBefore(stream.attemptAt) ? stream.attemptAt : began;
            Span span = span("stage", Context.root().with(stream.attempt), from, Attributes.of(STAGE, stage));
            times.forEach((what, time) -> span.setAttribute("rapidbyte.seconds." + what, seconds(time)));
            span.end(at);
        });
    }

    private void end(Run run, RunReport report, Instant at) {
        runs.remove(report.runId());
        fail(run.span(), report.status(), report.failure());
        run.span().end(at);
    }

    private static void fail(Span span, RunStatus status, Optional<Failure> failure) {
        span.setAttribute(STATUS, status.name().toLowerCase(Locale.ROOT));
        failure.filter(why -> status == RunStatus.FAILED).ifPresent(why -> {
            span.setAttribute(CODE, why.error().code());
            span.setStatus(StatusCode.ERROR, why.error().message());
        });
    }

    private static double seconds(Duration time) {
        return (double) time.toNanos() / TimeUnit.SECONDS.toNanos(1);
    }
}
