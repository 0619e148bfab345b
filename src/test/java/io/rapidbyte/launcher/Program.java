package io.rapidbyte.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The packed program in a process of its own. Only after {@code package}. */
public final class Program {
    /** Far beyond what any of the tests' commands takes on a slow machine. */
    private static final int PATIENCE_SECONDS = 120;

    /** What a finished process left behind. */
    public record Outcome(int exitCode, String out, String err) {}

    private Program() {}

    /** The project's folder, as Surefire and Failsafe tell. */
    public static Path project() {
        return Path.of(System.getProperty("basedir", "")).toAbsolutePath();
    }

    public static Path jar() {
        return project().resolve("target/rapidbyte.jar");
    }

    public static Path script() {
        return project().resolve("rapidbyte");
    }

    /** {@code java -jar}, on the JDK of the tests. */
    public static List<String> javaJar(String... args) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar().toString()));
        command.addAll(List.of(args));
        return command;
    }

    public static List<String> script(Path script, String... args) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(args));
        return command;
    }

    /** Starts it with its output in files of {@code folder}; {@code environment} is added to ours. */
    public static Process start(Path folder, Map<String, String> environment, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("RAPIDBYTE_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().put("RAPIDBYTE_JAVA_HOME", System.getProperty("java.home"));
        // the build under test, whether there is an image or not
        builder.environment().put("RAPIDBYTE_NO_IMAGE", "1");
        // Nothing of the user's is touched.
        builder.environment().put("RAPIDBYTE_STATE", folder.resolve("state.db").toString());
        builder.environment().putAll(environment);
        return builder.start();
    }

    public static Outcome finish(Path folder, Process process) throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError(
                    "no end after " + PATIENCE_SECONDS + " s; it said: " + read(folder.resolve("err")));
        }
        return new Outcome(process.exitValue(), read(folder.resolve("out")), read(folder.resolve("err")));
    }

    public static Outcome run(Path folder, Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        return finish(folder, start(folder, environment, command));
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
