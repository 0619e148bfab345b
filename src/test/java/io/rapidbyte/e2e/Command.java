package io.rapidbyte.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.cli.Cli;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The command line at work on one pipeline file, with the state that other tests of the JVM have. */
final class Command {
    private final Path file;

    Command(Path folder, PipelineText text) throws IOException {
        this.file = Files.writeString(folder.resolve("pipeline.yaml"), text.text());
    }

    /** What it says with {@code --json}; the file follows the two words of the command. */
    JsonNode json(int exitCode, String group, String command, String... options) throws IOException {
        List<String> args = new ArrayList<>(List.of(group, command, file.toString()));
        args.addAll(List.of(options));
        args.add("--json");
        return json(exitCode, args);
    }

    /** The same of a command that is one word. */
    JsonNode plain(int exitCode, String command, String... options) throws IOException {
        List<String> args = new ArrayList<>(List.of(command, file.toString()));
        args.addAll(List.of(options));
        args.add("--json");
        return json(exitCode, args);
    }

    /** The same of a command that names something before the file. */
    JsonNode about(String group, String command, String name) throws IOException {
        return json(0, List.of(group, command, name, file.toString(), "--json"));
    }

    private static JsonNode json(int exitCode, List<String> args) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream words = new ByteArrayOutputStream();
        PrintStream err = new PrintStream(words, true, StandardCharsets.UTF_8);
        // Tests' connectors come last: the program's own are meant.
        Map<String, String> environment = Map.of("RAPIDBYTE_STATE", Runs.STATE_FILE.toString());
        int code = new Cli(new PrintStream(out, true, StandardCharsets.UTF_8), err, environment, false)
                .run(args.toArray(String[]::new));
        assertThat(code).as("%s said %s %s", args, out, words).isEqualTo(exitCode);
        return new ObjectMapper().readTree(out.toByteArray());
    }
}
