package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunTracer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rapidbyte run}. */
@Command(
        name = "run",
        description = {
            "Runs a pipeline from its beginning to its end.",
            "",
            "Every stream goes from the source through the transforms into the destination. Ctrl-C stops cleanly: "
                    + "streams that are done stay, one that is under way leaves nothing half. A second Ctrl-C stops at once."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte run pipeline.yaml",
            "  PGPASSWORD=secret rapidbyte run pipeline.yaml          for a file that says $${PGPASSWORD}",
            "  rapidbyte run pipeline.yaml --json > outcome.json",
            "  rapidbyte run pipeline.yaml --events - | jq .type      every event as it happens",
            "",
            "Exit codes: see rapidbyte --help"
        })
final class RunCommand implements Callable<Integer> {
    private final Root root;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Option(
            names = "--events",
            paramLabel = "FILE",
            description = "Write each event of the run as a line of JSON to FILE, or to standard output for -.")
    private @Nullable String events;

    RunCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() throws PipelineException {
        if (root.json() && EventLines.STANDARD_OUTPUT.equals(events)) {
            throw new ParameterException(
                    spec.commandLine(), "--json and --events - both write to standard output: give --events a file");
        }
        Pipeline pipeline = PipelineLoader.load(file, root.environment());
        RunReport report = run(pipeline);
        if (root.json()) {
            root.terminal().json(Json.run(report));
        }
        return PipelineRun.exitCode(report);
    }

    private RunReport run(Pipeline pipeline) throws PipelineException {
        try (Export export = Export.configured(root.environment())) {
            if (events == null) {
                return run(pipeline, export.tracer(), event -> {});
            }
            try (EventLines lines = EventLines.open(events, root.terminal())) {
                return run(pipeline, export.tracer(), lines);
            }
        }
    }

    private RunReport run(Pipeline pipeline, RunTracer tracer, Consumer<RunEvent> listener) throws PipelineException {
        try (EngineSession session = EngineSession.open(root, tracer)) {
            return PipelineRun.execute(session, pipeline, root, listener);
        }
    }
}
