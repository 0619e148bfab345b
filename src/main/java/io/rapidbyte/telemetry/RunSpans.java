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
import io.rapidbyte.model.RunTracer;
import io.rapidbyte.model.StageTrace;
import io.rapidbyte.model.StreamReport;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps a span for each run under way, in it one for each stream, in that one for the attempt, and in that one for each stage; stages are
 * linked in the direction in which frames go.
 */
final class RunSpans implements RunTracer {
    private static final AttributeKey<String> RUN_ID = AttributeKey.stringKey("rapidbyte.run_id");
    private static final AttributeKey<String> PIPELINE = AttributeKey.stringKey("rapidbyte.pipeline");
    private static final AttributeKey<String> STREAM = AttributeKey.stringKey("rapidbyte.stream");
    private static final AttributeKey<String> STAGE = AttributeKey.stringKey("rapidbyte.stage");
    private static final AttributeKey<String> CONNECTOR = AttributeKey.stringKey("rapidbyte.connector");
    private static final AttributeKey<String> STATUS = AttributeKey.stringKey("rapidbyte.status");
    static final AttributeKey<String> CODE = AttributeKey.stringKey("rapidbyte.error_code");
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

    /** A stream under way, with the attempt under way and its stages. */
    private static final class Stream {
        final Span span;
        final List<Span> stages = new ArrayList<>();
        Span attempt;
        long attempts = 1;

        Stream(Span span, Span attempt) {
            this.span = span;
            this.attempt = attempt;
        }
    }

    RunSpans(Tracer tracer) {
        this.tracer = tracer;
    }

    @Override
    public void heard(RunEvent event) {
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
        run.streams().put(event.streamName(), new Stream(span, attempt(span, 1, event.at())));
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
        end(stream, event.at());
        stream.attempt = attempt(stream.span, ++stream.attempts, event.at().plus(event.delay()));
    }

    private void end(Stream stream, StreamReport report, Instant at) {
        fail(stream.attempt, report.status(), report.failure());
        end(stream, at);
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

    /** Ends the attempt; stages that never came to work end with it, the others have ended before. */
    private static void end(Stream stream, Instant at) {
        stream.stages.forEach(stage -> stage.end(at));
        stream.stages.clear();
        stream.attempt.end(at);
    }

    @Override
    public StageTrace stage(String runId, String streamName, String stage, String connector) {
        return Optional.ofNullable(runs.get(runId))
                .map(run -> run.streams().get(streamName))
                .<StageTrace>map(stream -> {
                    Span span = span(
                            "stage",
                            Context.root().with(stream.attempt),
                            Instant.now(),
                            Attributes.of(RUN_ID, runId, STREAM, streamName, STAGE, stage, CONNECTOR, connector));
                    stream.stages.add(span);
                    return new StageSpan(span);
                })
                .orElse(StageTrace.NONE);
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
}
