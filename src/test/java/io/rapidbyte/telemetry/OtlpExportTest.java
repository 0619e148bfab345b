package io.rapidbyte.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.InvalidProtocolBufferException;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a receiver of OTLP over HTTP on a real socket. */
class OtlpExportTest {
    private static final int PATIENCE_SECONDS = 60;

    private final Vertx vertx = Vertx.vertx();
    private final List<Span> spans = Collections.synchronizedList(new ArrayList<>());
    private final List<Metric> metrics = Collections.synchronizedList(new ArrayList<>());
    private String endpoint = "";

    @BeforeEach
    void receive() throws Exception {
        HttpServer server = vertx.createHttpServer()
                .requestHandler(this::received)
                .listen(0, "127.0.0.1")
                .await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        endpoint = "http://127.0.0.1:" + server.actualPort();
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

    @AfterEach
    void close() throws Exception {
        vertx.close().await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private void export(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint);
        try (OtlpExport export = OtlpExport.configured(environment).orElseThrow()) {
            Story.succeeding("shop").forEach(export);
            Story.failing("shop").forEach(export);
        }
    }

    private List<Span> named(String name) {
        return spans.stream().filter(span -> span.getName().equals(name)).toList();
    }

    private static Map<String, String> attributes(Span span) {
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

    private static double seconds(Span span) {
        return (span.getEndTimeUnixNano() - span.getStartTimeUnixNano()) / 1e9;
    }

    @Test
    void a_run_is_a_trace_of_streams_attempts_and_stages() {
        export(Map.of());
        Span run = named("run").stream()
                .filter(span -> "good".equals(attributes(span).get("rapidbyte.run_id")))
                .findFirst()
                .orElseThrow();
        assertThat(seconds(run)).isEqualTo(10);
        assertThat(attributes(run))
                .containsEntry("rapidbyte.pipeline", "shop")
                .containsEntry("rapidbyte.status", "succeeded");
        List<Span> trace = spans.stream()
                .filter(span -> span.getTraceId().equals(run.getTraceId()))
                .toList();
        assertThat(trace).hasSize(6);
        Span stream = child(trace, run, "stream").getFirst();
        assertThat(attributes(stream))
                .containsEntry("rapidbyte.stream", "users")
                .containsEntry("rapidbyte.rows_written", "990")
                .containsEntry("rapidbyte.bottleneck", "destination-bound: 75 % in COPY");
        List<Span> attempts = child(trace, stream, "attempt");
        assertThat(attempts).extracting(OtlpExportTest::seconds).containsExactlyInAnyOrder(2.0, 5.0);
        Span failed =
                attempts.stream().filter(span -> seconds(span) == 2).findFirst().orElseThrow();
        assertThat(failed.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(attributes(failed)).containsEntry("rapidbyte.error_code", "pg.gone");
        Span last =
                attempts.stream().filter(span -> seconds(span) == 5).findFirst().orElseThrow();
        assertThat(last.getEventsList())
                .singleElement()
                .satisfies(event -> assertThat(event.getName()).isEqualTo("checkpoint"));
        assertThat(child(trace, last, "stage"))
                .hasSize(2)
                .allSatisfy(stage -> assertThat(seconds(stage)).isEqualTo(4))
                .anySatisfy(stage -> assertThat(attributes(stage)).containsEntry("rapidbyte.seconds.copy", "3.0"));
    }

    private static List<Span> child(List<Span> trace, Span parent, String name) {
        return trace.stream()
                .filter(span ->
                        span.getName().equals(name) && span.getParentSpanId().equals(parent.getSpanId()))
                .toList();
    }

    @Test
    void a_failed_run_says_why() {
        export(Map.of());
        assertThat(named("run")).anySatisfy(run -> {
            assertThat(run.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(run.getStatus().getMessage()).isEqualTo("a row is bad");
            assertThat(attributes(run)).containsEntry("rapidbyte.error_code", "pg.bad-row");
        });
    }

    private static Metric metric(Map<String, Metric> byName, String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    @Test
    void metrics_are_the_same_account() {
        export(Map.of());
        Map<String, Metric> byName = metrics.stream()
                .filter(metric -> metric.getName().startsWith("rapidbyte."))
                .collect(Collectors.toMap(Metric::getName, metric -> metric, (first, second) -> second));
        assertThat(metric(byName, "rapidbyte.rows.read")
                        .getSum()
                        .getDataPoints(0)
                        .getAsDouble())
                .isEqualTo(1005);
        assertThat(metric(byName, "rapidbyte.run.duration")
                        .getSummary()
                        .getDataPoints(0)
                        .getCount())
                .isEqualTo(2);
        assertThat(metric(byName, "rapidbyte.runs").getSum().getDataPointsCount())
                .isEqualTo(2);
        assertThat(metric(byName, "rapidbyte.runs.active")
                        .getGauge()
                        .getDataPoints(0)
                        .getAsDouble())
                .isZero();
    }

    @Test
    void variables_that_make_no_sense_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OtlpExport.configured(
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_TRACES_SAMPLER", "nonsense")))
                .withMessageContaining("nonsense");
    }

    @Test
    void nothing_is_exported_unless_asked_for() {
        assertThat(OtlpExport.configured(Map.of())).isEmpty();
        assertThat(OtlpExport.configured(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "")))
                .isEmpty();
        assertThat(OtlpExport.configured(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint, "OTEL_SDK_DISABLED", "true")))
                .isEmpty();
        export(Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_METRICS_EXPORTER", "none"));
        assertThat(spans).isEmpty();
        assertThat(metrics).isEmpty();
    }
}
