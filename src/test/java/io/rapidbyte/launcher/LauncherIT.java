package io.rapidbyte.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.launcher.Program.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LauncherIT {
    @TempDir
    Path folder;

    private Map<String, String> cache() {
        return Map.of("XDG_CACHE_HOME", folder.resolve("cache").toString());
    }

    @Test
    void java_jar_gets_the_optimising_compiler_by_itself() throws Exception {
        Outcome outcome = Program.run(folder, cache(), Program.javaJar("version"));
        assertThat(outcome.out()).contains("connectors: compiled");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void the_interpreter_is_there_for_those_who_insist() throws Exception {
        Outcome outcome = Program.run(folder, Map.of("RAPIDBYTE_NO_REEXEC", "1"), Program.javaJar("version"));
        assertThat(outcome.out()).contains("connectors: interpreted");
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void a_damaged_copy_in_the_cache_is_replaced() throws Exception {
        Program.run(folder, cache(), Program.javaJar("version"));
        Path damaged = compilerJars().getFirst();
        Files.writeString(damaged, "not a jar");
        Outcome outcome = Program.run(folder, cache(), Program.javaJar("version"));
        assertThat(outcome.out()).contains("connectors: compiled");
        try (JarFile jar = new JarFile(damaged.toFile())) {
            assertThat(jar.size()).isPositive();
        }
        assertThat(compilerJars()).as("no partial files").hasSize(4);
    }

    private List<Path> compilerJars() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("cache/rapidbyte/graal"))) {
            return files.sorted().toList();
        }
    }

    @Test
    void exit_codes_and_awkward_arguments_pass_through() throws Exception {
        Outcome outcome = Program.run(folder, cache(), Program.javaJar("run", "no such file*.yaml"));
        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("no such file*.yaml");
    }

    @Test
    void the_users_own_jvm_options_win() throws Exception {
        Map<String, String> environment = Map.of(
                "XDG_CACHE_HOME",
                folder.resolve("cache").toString(),
                "RAPIDBYTE_JAVA_OPTS",
                "-Xmx80m -XshowSettings:vm");
        assertThat(Program.run(folder, environment, Program.javaJar("version")).err())
                .contains("80.00M");
        assertThat(Program.run(folder, environment, Program.script(Program.script(), "version"))
                        .err())
                .contains("80.00M");
    }

    @Test
    void the_script_works_from_any_folder_and_through_links() throws Exception {
        Path relative = Files.createSymbolicLink(folder.resolve("first"), folder.relativize(Program.script()));
        Path link = Files.createSymbolicLink(
                Files.createDirectory(folder.resolve("with space")).resolve("rb"), relative);
        Outcome outcome = Program.run(folder, Map.of(), Program.script(link, "version"));
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).contains("connectors: compiled");
    }

    @Test
    void the_demo_is_in_the_jar_but_its_servers_are_not() throws Exception {
        Outcome outcome = Program.run(folder, cache(), Program.javaJar("demo"));
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("./rapidbyte demo");
        try (JarFile jar = new JarFile(Program.jar().toFile())) {
            assertThat(jar.stream().map(entry -> entry.getName()))
                    .noneMatch(name -> name.startsWith("io/zonky/"))
                    .noneMatch(name -> name.startsWith("jdk/graal/compiler/"))
                    .noneMatch(name -> name.matches("META-INF/[^/]+\\.(SF|RSA|DSA)"));
        }
    }
}
