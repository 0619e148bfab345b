package io.rapidbyte.telemetry;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;

/** Takes OTLP over HTTP on a real socket. What was sent is here once the exporter is closed. */
final class OtlpReceiver implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 60;

    private final Vertx vertx = Vertx.vertx();
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<Metric> metrics = new CopyOnWriteArrayList<>();
    private final int port;

    private OtlpReceiver() {
        port = await(vertx.createHttpServer()
                .requestHandler(this::received)
                .listen(0, "127.0.0.1")
                .map(HttpServer::actualPort));
    }

    static OtlpReceiver start() {
        return new OtlpReceiver();
    }

    static <T> T await(Future<T> future) {
        try {
            return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    private void received(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            try {
                switch (Objects.requireNonNull(request.path())) {
                    case "/v1/traces" ->
                        ExportTraceServiceRequest.parseFrom(body.getBytes()).getResourceSpansList().stream()
                                .flatMap(resource -> resource.getScopeSpansList().stream())
                                .forEach(scope -> spans.addAll(scope.getSpansList()));
                    case "/v1/metrics" ->
                        ExportMetricsServiceRequest.parseFrom(body.getBytes()).getResourceMetricsList().stream()
                                .flatMap(resource -> resource.getScopeMetricsList().stream())
                                .forEach(scope -> metrics.addAll(scope.getMetricsList()));
                    default -> throw new AssertionError(request.path());
                }
                request.response().end();
            } catch (InvalidProtocolBufferException e) {
                request.response().setStatusCode(400).end();
            }
        });
    }

    List<Metric> metrics() {
        return metrics;
    }

    List<Span> spans() {
        return spans;
    }

    List<Span> spans(String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).toList();
    }

    List<Span> children(Span parent, String name) {
        return spans(name).stream()
                .filter(span -> span.getTraceId().equals(parent.getTraceId()))
                .filter(span -> span.getParentSpanId().equals(parent.getSpanId()))
                .toList();
    }

    static Map<String, String> attributes(Span span) {
        return span.getAttributesList().stream()
                .collect(Collectors.toMap(KeyValue::getKey, attribute -> switch (attribute
                        .getValue()
                        .getValueCase()) {
                    case STRING_VALUE -> attribute.getValue().getStringValue();
                    case INT_VALUE -> Long.toString(attribute.getValue().getIntValue());
                    case DOUBLE_VALUE -> Double.toString(attribute.getValue().getDoubleValue());
                    default -> "?";
                }));
    }

    /** An id as W3C Trace Context writes it. */
    static String hex(ByteString id) {
        return java.util.HexFormat.of().formatHex(id.toByteArray());
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
