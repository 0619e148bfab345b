package io.rapidbyte.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against a receiver of OTLP over HTTP on a real socket. */
class OtlpExportTest {
    private final OtlpReceiver receiver = OtlpReceiver.start();

    @AfterEach
    void close() {
        receiver.close();
    }

    private void export(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(more);
        environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint());
        try (OtlpExport export = OtlpExport.configured(environment).orElseThrow()) {
            Story.succeeding("shop").forEach(export::heard);
            Story.failing("shop").forEach(export::heard);
        }
    }

    private static double seconds(Span span) {
        return (span.getEndTimeUnixNano() - span.getStartTimeUnixNano()) / 1e9;
    }

    @Test
    void a_run_is_a_trace_of_streams_and_attempts() {
        export(Map.of());
        Span run = receiver.spans("run").stream()
                .filter(span -> "good".equals(OtlpReceiver.attributes(span).get("rapidbyte.run_id")))
                .findFirst()
                .orElseThrow();
        assertThat(seconds(run)).isEqualTo(10);
        assertThat(OtlpReceiver.attributes(run))
                .containsEntry("rapidbyte.pipeline", "shop")
                .containsEntry("rapidbyte.status", "succeeded");
        Span stream = receiver.children(run, "stream").getFirst();
        assertThat(OtlpReceiver.attributes(stream))
                .containsEntry("rapidbyte.stream", "users")
                .containsEntry("rapidbyte.rows_written", "990")
                .containsEntry("rapidbyte.bottleneck", "destination-bound: 75 % in COPY");
        List<Span> attempts = receiver.children(stream, "attempt");
        assertThat(attempts).extracting(OtlpExportTest::seconds).containsExactlyInAnyOrder(2.0, 5.0);
        Span failed =
                attempts.stream().filter(span -> seconds(span) == 2).findFirst().orElseThrow();
        assertThat(failed.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
        assertThat(OtlpReceiver.attributes(failed)).containsEntry("rapidbyte.error_code", "pg.gone");
        Span last =
                attempts.stream().filter(span -> seconds(span) == 5).findFirst().orElseThrow();
        assertThat(last.getEventsList())
                .singleElement()
                .satisfies(event -> assertThat(event.getName()).isEqualTo("checkpoint"));
    }

    @Test
    void a_failed_run_says_why() {
        export(Map.of());
        assertThat(receiver.spans("run")).anySatisfy(run -> {
            assertThat(run.getStatus().getCode()).isEqualTo(Status.StatusCode.STATUS_CODE_ERROR);
            assertThat(run.getStatus().getMessage()).isEqualTo("a row is bad");
            assertThat(OtlpReceiver.attributes(run)).containsEntry("rapidbyte.error_code", "pg.bad-row");
        });
    }

    private static Metric metric(Map<String, Metric> byName, String name) {
        return Objects.requireNonNull(byName.get(name), name);
    }

    @Test
    void metrics_are_the_same_account() {
        export(Map.of());
        Map<String, Metric> byName = receiver.metrics().stream()
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
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint(), "OTEL_TRACES_SAMPLER", "nonsense")))
                .withMessageContaining("nonsense");
    }

    @Test
    void nothing_is_exported_unless_asked_for() {
        assertThat(OtlpExport.configured(Map.of())).isEmpty();
        assertThat(OtlpExport.configured(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "")))
                .isEmpty();
        assertThat(OtlpExport.configured(
                        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint(), "OTEL_SDK_DISABLED", "true")))
                .isEmpty();
        export(Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_METRICS_EXPORTER", "none"));
        assertThat(receiver.spans()).isEmpty();
        assertThat(receiver.metrics()).isEmpty();
    }
}
