package io.rapidbyte.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rapidbyte.launcher.Program.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The image that {@code mvn -Pdist verify} makes; without one of this build there is nothing to test. */
class ImageIT {
    private static final Path IMAGE = Program.project().resolve("target/image");

    /** The JVM refuses to start if it cannot use the cache. */
    private static final Map<String, String> INSIST_ON_CACHE = Map.of("RAPIDBYTE_JAVA_OPTS", "-XX:AOTMode=on");

    @TempDir
    Path folder;

    private Path moved;

    @BeforeAll
    static void needsAnImage() throws IOException {
        Path cache = IMAGE.resolve("lib/rapidbyte.aot");
        boolean fits = Files.exists(cache)
                && Files.getLastModifiedTime(cache).compareTo(Files.getLastModifiedTime(Program.jar())) > 0;
        assumeTrue(fits, "no image of this build: mvn -Pdist verify makes one");
    }

    /** As out of a tarball: elsewhere, with the times of its files. */
    @BeforeEach
    void move() throws Exception {
        moved = folder.resolve("moved image");
        Process copy = new ProcessBuilder("cp", "-a", IMAGE.toString(), moved.toString())
                .inheritIO()
                .start();
        assertThat(copy.waitFor()).isZero();
    }

    private Path jar() {
        return moved.resolve("lib/rapidbyte.jar");
    }

    private Path cache() {
        return moved.resolve("lib/rapidbyte.aot");
    }

    private Outcome image(Map<String, String> environment, String... args) throws IOException, InterruptedException {
        return Program.run(folder, environment, Program.script(moved.resolve("bin/rapidbyte"), args));
    }

    /** Runs a pipeline that needs no server; a healthy run says nothing with {@code -q}. */
    private void runsAPipeline(Map<String, String> environment) throws IOException, InterruptedException {
        Path pipeline = Files.writeString(folder.resolve("pipeline.yaml"), """
                version: "1.0"
                pipeline: numbers
                source:
                  use: test-source
                  config: { rows: 1000 }
                  streams: [{ name: numbers }]
                destination:
                  use: test-dest
                  write_mode: append
                """);
        String connectors = Program.project().resolve("connectors").toString();
        Outcome outcome = image(environment, "run", pipeline.toString(), "-q", "--json", "--connectors", connectors);
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).startsWith("{").contains("\"succeeded\"");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void it_runs_a_pipeline_with_its_cache_wherever_it_lies() throws Exception {
        runsAPipeline(INSIST_ON_CACHE);
    }

    @Test
    void it_needs_no_jdk_and_has_the_optimising_compiler() throws Exception {
        Outcome outcome = image(Map.of("RAPIDBYTE_JAVA_HOME", "/nowhere", "JAVA_HOME", "/nowhere"), "version");
        assertThat(outcome.out()).contains("connectors: compiled");
        assertThat(outcome.err()).isEmpty();
    }

    @Test
    void without_its_cache_it_works_the_slow_way() throws Exception {
        Files.delete(cache());
        runsAPipeline(Map.of());
    }

    @Test
    void a_cache_of_another_jar_is_passed_over() throws Exception {
        Files.setLastModifiedTime(jar(), FileTime.fromMillis(0));
        assertThat(image(INSIST_ON_CACHE, "version").exitCode()).isNotZero();
        runsAPipeline(Map.of());
    }

    @Test
    void a_damaged_cache_is_passed_over() throws Exception {
        Files.writeString(cache(), "not a cache");
        runsAPipeline(Map.of());
    }

    @Test
    void a_cache_for_another_collector_and_heap_still_serves() throws Exception {
        runsAPipeline(Map.of("RAPIDBYTE_JAVA_OPTS", "-XX:-UseSerialGC -XX:+UseG1GC -Xmx512m -XX:AOTMode=on"));
    }

    @Test
    void the_clones_script_prefers_the_image() throws Exception {
        List<String> command = Program.script(Program.script(), "version");
        String settings = "-XshowSettings:properties";
        Outcome preferred =
                Program.run(folder, Map.of("RAPIDBYTE_NO_IMAGE", "0", "RAPIDBYTE_JAVA_OPTS", settings), command);
        assertThat(preferred.err()).contains("java.home = " + IMAGE.resolve("runtime"));
        Outcome plain =
                Program.run(folder, Map.of("RAPIDBYTE_NO_IMAGE", "1", "RAPIDBYTE_JAVA_OPTS", settings), command);
        assertThat(plain.err()).contains("java.home = " + System.getProperty("java.home"));
    }
}
