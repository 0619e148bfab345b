package io.rapidbyte.telemetry;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.rapidbyte.engine.EngineLoad;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The process's metrics, for Prometheus. What they are called and mean: {@code docs/metrics.md}. Safe on any thread. */
public final class Telemetry implements AutoCloseable {
    /** Of what {@link #scrape} gives. */
    public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final RunMeters runs = new RunMeters(registry, System::nanoTime);

    /** A Vert.x that measures its servers and thread pools in here. Its event bus stays out: addresses hold run ids. */
    public Vertx vertx(VertxOptions options) {
        MicrometerMetricsOptions metrics = new MicrometerMetricsOptions().setEnabled(true);
        metrics.addDisabledMetricsCategory(MetricsDomain.EVENT_BUS);
        return Vertx.builder()
                .with(options.setMetricsOptions(metrics))
                .withMetrics(new MicrometerMetricsFactory(registry))
                .build();
    }

    /** Counts what the runs of this Vert.x tell from here on. The future completes when it hears. */
    public Future<Void> listen(Vertx vertx) {
        return RunFeed.to(runs, vertx);
    }

    /** Shows what the engine holds whenever somebody looks. */
    public void watch(Supplier<EngineLoad> engine) {
        gauge("rapidbyte.frames.in.flight", "Frames on edges and in guests' hands", engine, EngineLoad::frames);
        gauge("rapidbyte.frame.bytes.in.flight", "Off-heap bytes of frames", engine, EngineLoad::frameBytes);
        gauge("rapidbyte.guest.memory.bytes", "Memory of all guests", engine, EngineLoad::guestMemoryBytes);
    }

    private void gauge(String name, String help, Supplier<EngineLoad> engine, ToDoubleFunction<EngineLoad> part) {
        Gauge.builder(name, () -> part.applyAsDouble(engine.get()))
                .description(help)
                .register(registry);
    }

    /** For whoever has more to count. */
    PrometheusMeterRegistry registry() {
        return registry;
    }

    /** Everything in Prometheus's text format. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
