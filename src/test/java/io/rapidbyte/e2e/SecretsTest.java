package io.rapidbyte.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.cli.Cli;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.logging.LogManager;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs fail in several ways, and nothing they leave anywhere holds the passwords that they were given (I31). */
class SecretsTest {
    private static final String SECRET = "s3cr3t/p@ss'w \"ö\" 100%";
    private static final String OTHER = "an0ther+s3cret&one";

    @TempDir
    Path folder;

    @AfterEach
    void give_the_logs_back() throws IOException {
        LogManager.getLogManager().readConfiguration();
    }

    /** What a run said and left behind, each as text. */
    private List<String> traces(PipelineText text, int exitCode, String... options) throws IOException {
        Files.writeString(folder.resolve("password"), SECRET + "\n");
        Path pipeline = Files.writeString(folder.resolve("p.yaml"), text.text());
        Path state = Files.createDirectories(folder.resolve("state"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        List<String> args = new ArrayList<>(List.of(options));
        args.addAll(List.of("run", pipeline.toString()));
        Map<String, String> environment = Map.of(
                "OTHER", OTHER, "RAPIDBYTE_STATE", state.resolve("state.db").toString());
        int code = new Cli(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        environment,
                        false)
                .run(args.toArray(String[]::new));
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isEqualTo(exitCode);
        List<String> traces = new ArrayList<>();
        traces.add(out.toString(StandardCharsets.UTF_8));
        traces.add(err.toString(StandardCharsets.UTF_8));
        try (Stream<Path> files = Files.walk(state)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                traces.add(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            }
        }
        assertThat(traces).hasSizeGreaterThan(2);
        return traces;
    }

    private static void assertNoSecretIn(List<String> traces) {
        for (String secret : List.of(SECRET, OTHER)) {
            String url = URLEncoder.encode(secret, StandardCharsets.UTF_8);
            List<String> forms = List.of(
                    secret,
                    url,
                    url.replace("+", "%20"),
                    secret.replace("'", "''"),
                    secret.replace("\"", "\\\""),
                    Base64.getEncoder().withoutPadding().encodeToString(secret.getBytes(StandardCharsets.UTF_8)),
                    secret.substring(0, 10));
            assertThat(traces).allSatisfy(text -> assertThat(text).doesNotContain(forms));
        }
    }

    private static PipelineText pipeline(Postgres.Database source, Postgres.Database target) {
        return new PipelineText(source, target)
                .sourceConfig("password: \"${file:password}\"")
                .targetConfig("password: \"${env:OTHER}\"")
                .transform("transform-mask", "{fields: [email], on_missing: ignore, salt: \"${file:password}\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "--json", "-v", "-vv", "--log-level=trace", "--json --log-level=trace"})
    void a_login_that_fails(String options) throws IOException {
        Postgres.Database source = Postgres.shared().database();
        Postgres.Database target = Postgres.shared().database();
        source.execute("create table users (id int primary key, email text)");
        String user = "s_" + source.name();
        Postgres.shared().requirePassword(user, "right", "scram-sha-256");
        PipelineText text = pipeline(source, target).stream("users").sourceAs(user);
        assertNoSecretIn(traces(text, 5, options.isEmpty() ? new String[0] : options.split(" ")));
    }

    @Test
    void rows_that_are_refused() throws IOException {
        Postgres.Database source = Postgres.shared().database();
        Postgres.Database target = Postgres.shared().database();
        source.execute(
                "create table users (id int primary key, name text)", "insert into users values (1, 'a'), (2, 'b')");
        target.execute("create table users (id int primary key check (id <> 2), name text)");
        PipelineText text = pipeline(source, target).append().stream("users").destination("on_data_error: dlq");
        assertNoSecretIn(traces(text, 0, "--log-level=trace", "--json"));
    }

    @Test
    void a_table_that_is_not_there() throws IOException {
        Postgres.Database source = Postgres.shared().database();
        Postgres.Database target = Postgres.shared().database();
        PipelineText text = pipeline(source, target).stream("missing");
        assertNoSecretIn(traces(text, 4, "--log-level=trace"));
    }
}
