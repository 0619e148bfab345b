package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.Narrowing;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NarrowingTest {
    private static final String ALL = """
              permissions:
                network: {tls: required, allowed_hosts: [db.internal, "*.example.com"]}
                env: {allowed_vars: [PGTZ, UNSET]}
                fs:
                  preopens:
                    - {guest: /in, host: some/folder}
                    - {guest: /out, host: "${OUT}", mode: read-write}
              limits: {max_memory_mb: 1, max_sockets: 0, max_network_mb: 3, connect_seconds: 4, max_idle_seconds: 5,
                max_wall_seconds: 6, max_cpu_seconds: 7, max_spin_seconds: 8}
            """;

    private static final Narrowing EXPECTED = new Narrowing(
            Optional.of("required"),
            Optional.of(List.of("db.internal", "*.example.com")),
            Map.of("PGTZ", Optional.of("UTC"), "UNSET", Optional.empty()),
            List.of(
                    new Narrowing.Folder("/in", Path.of("some/folder"), false),
                    new Narrowing.Folder("/out", Path.of("/srv/out"), true)),
            Map.of(
                    "max_memory_mb", 1L,
                    "max_sockets", 0L,
                    "max_network_mb", 3L,
                    "connect_seconds", 4L,
                    "max_idle_seconds", 5L,
                    "max_wall_seconds", 6L,
                    "max_cpu_seconds", 7L,
                    "max_spin_seconds", 8L));

    private static Pipeline parse(String text) throws PipelineException {
        return PipelineLoader.parse(text, "p.yaml", Map.of("PGTZ", "UTC", "OUT", "/srv/out"));
    }

    @Test
    void every_field_is_read_for_every_connector() throws PipelineException {
        assertThat(parse(Samples.good("  streams:\n", ALL + "  streams:\n"))
                        .source()
                        .narrowing())
                .isEqualTo(EXPECTED);
        assertThat(parse(Samples.good("  write_mode:", ALL + "  write_mode:"))
                        .destination()
                        .narrowing())
                .isEqualTo(EXPECTED);
        assertThat(parse(Samples.good("    config: {fields: [email]}\n", "    config: {}\n" + ALL.indent(2)))
                        .transforms()
                        .getFirst()
                        .narrowing())
                .isEqualTo(EXPECTED);
    }

    @Test
    void without_a_word_nothing_is_narrowed() throws PipelineException {
        Pipeline pipeline = Samples.parse(Samples.GOOD);
        assertThat(pipeline.source().narrowing()).isEqualTo(Narrowing.NONE);
        assertThat(pipeline.transforms().getFirst().narrowing()).isEqualTo(Narrowing.NONE);
        assertThat(pipeline.destination().narrowing()).isEqualTo(Narrowing.NONE);
    }

    @Test
    void what_is_malformed_is_said_at_once() {
        String bad = """
                  permissions:
                    network: {tls: perhaps, hosts: [x]}
                    env: {allowed_vars: PGTZ}
                    fs: {preopens: [{guest: /in, mode: rw}]}
                  limits: {max_memory_mb: 0, max_wall_seconds: 1h, max_spin: 3}
                """;
        assertThat(Samples.problems(Samples.good("  streams:\n", bad + "  streams:\n")))
                .map(line -> line.split(": ", 4)[1])
                .containsExactly(
                        "source.permissions.network.tls",
                        "source.permissions.network.hosts",
                        "source.permissions.env.allowed_vars",
                        "source.permissions.fs.preopens[0].host",
                        "source.permissions.fs.preopens[0].mode",
                        "source.limits.max_memory_mb",
                        "source.limits.max_wall_seconds",
                        "source.limits.max_spin");
    }
}
