package io.rapidbyte.cli;

import io.rapidbyte.config.PipelineException;
import io.rapidbyte.server.Server;
import io.rapidbyte.server.ServerOptions;
import io.rapidbyte.server.ServerOptions.Tls;
import io.rapidbyte.state.StateLocation;
import io.rapidbyte.telemetry.Telemetry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rapidbyte serve}. */
@Command(
        name = "serve",
        description = {
            "Answers requests over HTTP: runs pipelines, shows them live, keeps schedules.",
            "",
            "The API is described at /api/v1/openapi.yaml. Every request carries a token; without one of yours, one is made and "
                    + "kept in a file whose path is printed. Ctrl-C lets runs reach a checkpoint first, a second one stops at once."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte serve --pipelines ./pipelines",
            "  TOKEN=$(cat ~/.local/share/rapidbyte/serve-token)",
            "  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/api/v1/pipelines",
            "  openssl rand -base64 32 > token && rapidbyte serve --host 0.0.0.0 --token-file token \\",
            "      --tls-cert cert.pem --tls-key key.pem",
            "",
            "RAPIDBYTE_TOKEN and RAPIDBYTE_READ_TOKEN in the environment do what --token-file and",
            "--read-token-file do. Exit codes: see rapidbyte --help"
        })
final class ServeCommand implements Callable<Integer> {
    private static final int MAX_PORT = 65_535;
    private static final int MOST_RUNS = 1_000;

    private final Root root;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--pipelines",
            paramLabel = "DIR",
            defaultValue = "pipelines",
            description = "The folder with the pipelines, a file NAME.yaml each. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path pipelines;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = ServerOptions.DEFAULT_HOST,
            description = "The address to listen on. Default: ${DEFAULT-VALUE}; others need a token of yours.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "" + ServerOptions.DEFAULT_PORT,
            description = "The port to listen on, 0 for any. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(names = "--token-file", paramLabel = "FILE", description = "Holds the token for everything.")
    private @Nullable Path tokenFile;

    @Option(names = "--read-token-file", paramLabel = "FILE", description = "Holds a token that only lets one look.")
    private @Nullable Path readTokenFile;

    @Option(names = "--tls-cert", paramLabel = "PEM", description = "Serve HTTPS with this certificate (chain).")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "PEM", description = "The certificate's private key.")
    private @Nullable Path key;

    @Option(
            names = "--max-runs",
            paramLabel = "N",
            defaultValue = "" + ServerOptions.DEFAULT_MAX_RUNS,
            description = "How many runs may go on at once. Default: ${DEFAULT-VALUE}.")
    private int maxRuns;

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long the end waits for runs to reach a checkpoint. Default: ${DEFAULT-VALUE}.")
    private int grace;

    ServeCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() throws PipelineException {
        ServerOptions options = options();
        try (Telemetry telemetry = new Telemetry();
                Export export = Export.configured(root.environment());
                EngineSession session = EngineSession.open(root, export.tracer(), telemetry::vertx)) {
            Server server = EngineSession.await(Server.start(session.vertx(), session.engine(), options, telemetry));
            tell(server);
            CountDownLatch asked = new CountDownLatch(1);
            AtomicBoolean leaving = new AtomicBoolean();
            try (Interrupts _ =
                    Interrupts.during(asked::countDown, () -> PipelineRun.stopAtOnce(root.terminal(), leaving))) {
                asked.await();
                root.terminal().say("stopping: runs may reach a checkpoint; again to stop at once");
                EngineSession.await(server.stop());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Cancelled(e);
            }
        }
        return 0;
    }

    private ServerOptions options() {
        require(port >= 0 && port <= MAX_PORT, "--port takes 0 to " + MAX_PORT);
        require(maxRuns >= 1 && maxRuns <= MOST_RUNS, "--max-runs takes 1 to " + MOST_RUNS);
        require(grace >= 0 && grace <= Duration.ofDays(1).toSeconds(), "--grace takes seconds, a day's at the most");
        require((certificate == null) == (key == null), "--tls-cert and --tls-key go together");
        Optional<Tls> tls =
                certificate == null || key == null ? Optional.empty() : Optional.of(new Tls(certificate, key));
        return new ServerOptions(
                host,
                port,
                pipelines,
                root.environment(),
                StateLocation.folderOfUser(root.environment()),
                Optional.ofNullable(tokenFile),
                Optional.ofNullable(readTokenFile),
                tls,
                maxRuns,
                Duration.ofSeconds(grace));
    }

    private void require(boolean sound, String message) {
        if (!sound) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private void tell(Server server) {
        String url = (key == null ? "http" : "https") + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + server.port();
        root.terminal().note("serving " + Text.printable(pipelines.toString()) + " at " + url);
        server.generatedToken()
                .ifPresent(file -> root.terminal().note("the token is in " + Text.printable(file.toString())));
    }
}
