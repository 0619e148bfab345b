package io.rapidbyte.telemetry;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunTracer;
import io.rapidbyte.model.StageTrace;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sends traces and metrics of runs to an OpenTelemetry collector, if the environment names one. Its classes are loaded only then.
 * None of it blocks but {@link #close}.
 */
public final class OtlpExport implements RunTracer, AutoCloseable {
    /** Any of these names a collector. */
    private static final List<String> ENDPOINTS = List.of(
            "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");

    /** A collector that does not answer must not keep a run's exit code for longer. */
    private static final long CLOSE_SECONDS = 5;

    /** What OpenTelemetry would choose otherwise needs libraries that are not here. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "otel.service.name", "rapidbyte",
            "otel.exporter.otlp.protocol", "http/protobuf",
            "otel.logs.exporter", "none");

    private final OpenTelemetrySdk sdk;
    private final RunSpans spans;
    private final RunMeters meters;

    private OtlpExport(Map<String, String> environment) {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        Map<String, String> settings = new HashMap<>(DEFAULTS);
        environment.forEach((name, value) -> {
            if (name.startsWith("OTEL_")) {
                settings.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value);
            }
        });
        this.sdk = AutoConfiguredOpenTelemetrySdk.builder()
                .addPropertiesSupplier(() -> settings)
                .addMeterProviderCustomizer(
                        (provider, config) -> provider.registerMetricProducer(new MeterExport(registry)))
                .disableShutdownHook()
                .build()
                .getOpenTelemetrySdk();
        this.spans = new RunSpans(sdk.getTracer("io.rapidbyte"));
        this.meters = new RunMeters(registry, System::nanoTime);
    }

    /**
     * An export as the standard's variables ({@code OTEL_EXPORTER_OTLP_ENDPOINT} and its kin) have it; empty without an endpoint.
     *
     * @throws IllegalArgumentException if they make no sense
     */
    public static Optional<OtlpExport> configured(Map<String, String> environment) {
        boolean named = ENDPOINTS.stream()
                .anyMatch(name -> !environment.getOrDefault(name, "").isEmpty());
        boolean disabled = "true".equalsIgnoreCase(environment.getOrDefault("OTEL_SDK_DISABLED", ""));
        try {
            return named && !disabled ? Optional.of(new OtlpExport(environment)) : Optional.empty();
        } catch (ConfigurationException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    public void heard(RunEvent event) {
        spans.heard(event);
        meters.accept(event);
    }

    @Override
    public StageTrace stage(String runId, String streamName, String stage, String connector) {
        return spans.stage(runId, streamName, stage, connector);
    }

    /** Sends what has gathered; waits for at most five seconds. */
    @Override
    public void close() {
        sdk.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
    }
}
