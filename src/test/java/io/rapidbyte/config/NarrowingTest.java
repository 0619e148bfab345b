package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.model.Narrowing;
import io.rapidbyte.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @TempDir
    Path directory;

    private Pipeline parse(String text) throws PipelineException, IOException {
        Path file = Files.writeString(directory.resolve("p.yaml"), text);
        return PipelineLoader.load(file, Map.of("PGTZ", "UTC", "OUT", "/srv/out"));
    }

    @Test
    void what_comes_by_a_message_hands_out_no_folders() {
        String folders = "  permissions: {fs: {preopens: [{guest: /in, host: /}]}}\n";
        assertThat(Samples.problems(Samples.good("  streams:\n", folders + "  streams:\n")))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("source.permissions.fs.preopens: hands out folders"));
    }

    @Test
    void every_field_is_read_for_every_connector() throws Exception {
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
    void what_is_malformed_of_a_folder_is_said() {
        String folders = "  permissions: {fs: {preopens: [{guest: /in, mode: rw}, {guest: /in, host: \"a\\0b\"}]}}\n";
        assertThatThrownBy(() -> parse(Samples.good("  streams:\n", folders + "  streams:\n")))
                .isInstanceOfSatisfying(
                        PipelineException.class,
                        e -> assertThat(e.problems())
                                .extracting(Problem::key)
                                .containsExactly(
                                        "source.permissions.fs.preopens[0].host",
                                        "source.permissions.fs.preopens[0].mode",
                                        "source.permissions.fs.preopens[1].host"));
    }

    @Test
    void what_is_malformed_is_said_at_once() {
        String bad = """
                  permissions:
                    network: {tls: perhaps, hosts: [x]}
                    env: {allowed_vars: PGTZ}
                  limits: {max_memory_mb: 0, max_wall_seconds: 1h, max_spin: 3}
                """;
        assertThat(Samples.problems(Samples.good("  streams:\n", bad + "  streams:\n")))
                .map(line -> line.split(": ", 4)[1])
                .containsExactly(
                        "source.permissions.network.tls",
                        "source.permissions.network.hosts",
                        "source.permissions.env.allowed_vars",
                        "source.limits.max_memory_mb",
                        "source.limits.max_wall_seconds",
                        "source.limits.max_spin");
    }
}
