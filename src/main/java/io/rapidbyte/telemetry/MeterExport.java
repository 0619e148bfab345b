package io.rapidbyte.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoublePointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableGaugeData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSumData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSummaryData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSummaryPointData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Hands the meters of a registry to OpenTelemetry's reader, so that there is one account of what happened. Any thread. */
final class MeterExport implements MetricProducer {
    private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("io.rapidbyte");

    private final MeterRegistry registry;
    private final long startNanos = now();

    MeterExport(MeterRegistry registry) {
        this.registry = registry;
    }

    private static long now() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    }

    @Override
    public Collection<MetricData> produce(Resource resource) {
        Map<String, List<Meter>> byName = new TreeMap<>();
        registry.forEachMeter(meter -> byName.computeIfAbsent(meter.getId().getName(), name -> new ArrayList<>())
                .add(meter));
        List<MetricData> all = new ArrayList<>();
        byName.forEach((name, meters) -> {
            switch (meters.getFirst()) {
                case Counter c -> all.add(sum(resource, name, meters));
                case Gauge g -> all.add(gauge(resource, name, meters));
                case Timer t -> all.add(summary(resource, name, meters));
                default -> throw new IllegalStateException("no meter of ours: " + name);
            }
        });
        return all;
    }

    private MetricData sum(Resource resource, String name, List<Meter> meters) {
        return ImmutableMetricData.createDoubleSum(
                resource,
                SCOPE,
                name,
                help(meters),
                "",
                ImmutableSumData.create(true, AggregationTemporality.CUMULATIVE, points(meters)));
    }

    private MetricData gauge(Resource resource, String name, List<Meter> meters) {
        return ImmutableMetricData.createDoubleGauge(
                resource, SCOPE, name, help(meters), "", ImmutableGaugeData.create(points(meters)));
    }

    private List<DoublePointData> points(List<Meter> meters) {
        long now = now();
        return meters.stream()
                .map(meter -> ImmutableDoublePointData.create(
                        startNanos,
                        now,
                        tags(meter),
                        meter.measure().iterator().next().getValue()))
                .toList();
    }

    private MetricData summary(Resource resource, String name, List<Meter> meters) {
        long now = now();
        List<SummaryPointData> points = new ArrayList<>();
        for (Meter meter : meters) {
            Timer timer = (Timer) meter;
            points.add(ImmutableSummaryPointData.create(
                    startNanos, now, tags(meter), timer.count(), timer.totalTime(TimeUnit.SECONDS), List.of()));
        }
        return ImmutableMetricData.createDoubleSummary(
                resource, SCOPE, name, help(meters), "s", ImmutableSummaryData.create(points));
    }

    private static String help(List<Meter> meters) {
        String help = meters.getFirst().getId().getDescription();
        return help == null ? "" : help;
    }

    private static Attributes tags(Meter meter) {
        AttributesBuilder attributes = Attributes.builder();
        for (Tag tag : meter.getId().getTags()) {
            attributes.put(tag.getKey(), tag.getValue());
        }
        return attributes.build();
    }
}
