import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A {@link WarmEngine} at work. */
final class WarmProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final PrintWriter in;

    WarmProcess(Map<String, String> environment) throws IOException {
        String graal = Stream.of("compiler", "truffle-compiler", "word", "collections")
                .map(jar -> "target/graal/" + jar + ".jar")
                .collect(Collectors.joining(":"));
        ProcessBuilder builder = new ProcessBuilder(
                        environment.get("JAVA"),
                        "@target/classes/io/rapidbyte/launcher/jvm.options",
                        "--upgrade-module-path=" + graal,
                        "-cp",
                        environment.get("CLASS_PATH"),
                        WarmEngine.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        process = builder.start();
        out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        in = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    Sample ask(String word, Path pipeline) throws IOException {
        in.println(word + " " + pipeline);
        String line = out.readLine();
        if (line == null || !line.startsWith("ok ")) {
            throw new IOException("the warm engine, asked for " + word + ", answered: " + line);
        }
        return Sample.of(line.substring("ok ".length()));
    }

    @Override
    public void close() throws InterruptedException {
        in.close();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
