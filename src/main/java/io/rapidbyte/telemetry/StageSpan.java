package io.rapidbyte.telemetry;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.StageTrace;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A stage's span. */
final class StageSpan implements StageTrace {
    private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

    /** A carrier that holds nothing but a context. */
    private static final TextMapGetter<String> HEADER_ONLY = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String context) {
            return List.of(HEADER);
        }

        @Override
        public @Nullable String get(@Nullable String context, String key) {
            return key.equals(HEADER) ? context : null;
        }
    };

    private static final int MOST_LINKS = 8;

    private final Span span;
    private final Optional<String> context;

    // guarded by this
    private final Set<String> followed = new HashSet<>();

    StageSpan(Span span) {
        this.span = span;
        Map<String, String> headers = new HashMap<>();
        W3C.inject(Context.root().with(span), headers, (carrier, name, value) -> headers.put(name, value));
        this.context = Optional.ofNullable(headers.get(HEADER));
    }

    @Override
    public Optional<String> context() {
        return context;
    }

    /** All frames of an edge carry the same one; a verticle of somebody else's may send what it likes, so a few are enough. */
    @Override
    public synchronized void follows(String context) {
        if (followed.size() < MOST_LINKS && followed.add(context)) {
            SpanContext before = Span.fromContext(W3C.extract(Context.root(), context, HEADER_ONLY))
                    .getSpanContext();
            if (before.isValid()) {
                span.addLink(before);
            }
        }
    }

    @Override
    public void ended(Optional<Failure> failure, Map<String, Duration> timings) {
        timings.forEach((what, time) ->
                span.setAttribute("rapidbyte.seconds." + what, (double) time.toNanos() / TimeUnit.SECONDS.toNanos(1)));
        failure.ifPresent(why -> {
            span.setAttribute(RunSpans.CODE, why.error().code());
            span.setStatus(StatusCode.ERROR, why.error().message());
        });
        span.end();
    }
}
