import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Other programs. */
final class Shell {
    private Shell() {}

    /**
     * Waits for a command.
     *
     * @return all that it printed
     * @throws IOException with all that it printed, if it fails
     */
    static String run(Map<String, String> environment, String input, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + output);
        }
        return output;
    }

    static String run(List<String> command) throws IOException, InterruptedException {
        return run(Map.of(), "", command);
    }

    /** Runs shell code under GNU time, which accounts for all of its processes. A pipe fails with its first failure. */
    static Sample timed(Map<String, String> environment, String code) throws IOException, InterruptedException {
        Path times = Files.createTempFile("rapidbyte-bench", ".time");
        try {
            run(environment, "", List.of(
                    "/usr/bin/time", "-f", Sample.GNU_TIME, "-o", times.toString(), "bash", "-e", "-o", "pipefail", "-c", code));
            return Sample.ofGnuTime(Files.readString(times).strip());
        } finally {
            Files.delete(times);
        }
    }

    static boolean has(String program) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v \"$0\" >/dev/null", program).start().waitFor() == 0;
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** For whoever watches; figures go elsewhere. */
    static void note(String text) {
        System.err.println("bench: " + text);
    }
}
