package io.rapidbyte.cli;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunTracer;
import io.rapidbyte.telemetry.OtlpExport;
import java.util.Map;
import java.util.Optional;

/** What is sent to an OpenTelemetry collector, if the environment names one; else nothing, and nothing is loaded for it. */
final class Export implements AutoCloseable {
    private static final String VARIABLES = "OTEL_EXPORTER_OTLP_";

    private final Optional<OtlpExport> otlp;

    private Export(Optional<OtlpExport> otlp) {
        this.otlp = otlp;
    }

    /** Fails with a {@link FailureException} of kind {@code USAGE} where the variables make no sense. */
    static Export configured(Map<String, String> environment) {
        boolean maybe = environment.keySet().stream().anyMatch(name -> name.startsWith(VARIABLES));
        try {
            return new Export(maybe ? OtlpExport.configured(environment) : Optional.empty());
        } catch (IllegalArgumentException e) {
            throw new FailureException(
                    new Failure(
                            FailureKind.USAGE,
                            ConnectorError.permanent(
                                    ErrorCategory.CONFIG,
                                    "otlp.settings",
                                    "the OTEL_ variables in the environment cannot be used: " + e.getMessage())),
                    e);
        }
    }

    /** For the engine. */
    RunTracer tracer() {
        return otlp.<RunTracer>map(export -> export).orElse(RunTracer.NONE);
    }

    @Override
    public void close() {
        otlp.ifPresent(OtlpExport::close);
    }
}
