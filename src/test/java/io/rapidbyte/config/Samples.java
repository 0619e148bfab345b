package io.rapidbyte.config;

import java.util.List;
import java.util.Map;
import org.assertj.core.api.Assertions;

/** Pipeline files to change and to break. */
final class Samples {
    static final String GOOD = """
            version: "1.0"
            pipeline: shop
            source:
              use: source-postgres
              config:
                host: localhost
                port: 5432
              streams:
                - name: users
                  sync_mode: full_refresh
                  columns: [id, email]
                - name: orders
            transforms:
              - use: transform-mask
                config: {fields: [email]}
            destination:
              use: dest-postgres
              config: {schema: raw}
              write_mode: replace
              on_data_error: fail
              schema_evolution:
                type_change: fail
            resources:
              parallelism: 2
              max_batch_bytes: 1mb
              compression: zstd
            """;

    private Samples() {}

    static Pipeline parse(String text) throws PipelineException {
        return PipelineLoader.parse(text, "p.yaml", Map.of());
    }

    /** {@link #GOOD} with one part replaced, which must be in it. */
    static String good(String part, String replacement) {
        Assertions.assertThat(GOOD).contains(part);
        return GOOD.replace(part, replacement);
    }

    /** The problems of a bad text as lines; empty for a good one. */
    static List<String> problems(String text) {
        return problems(text, Map.of());
    }

    static List<String> problems(String text, Map<String, String> environment) {
        try {
            PipelineLoader.parse(text, "p.yaml", environment);
            return List.of();
        } catch (PipelineException e) {
            return e.problems().stream().map(Object::toString).toList();
        }
    }
}
