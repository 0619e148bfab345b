package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.engine.CheckReport;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rapidbyte check}. */
@Command(
        name = "check",
        description = {
            "Looks whether a pipeline could run, without moving a row.",
            "",
            "Checks the file, the connectors and their settings, then, through the connectors, the connections, the "
                    + "rights, the tables and the columns. Tells everything it finds at once."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte check pipeline.yaml",
            "  rapidbyte check pipeline.yaml --json | jq '.problems[], .findings[]'",
            "",
            "Exit codes: see rapidbyte --help; here 5, 6 and 8 name the first stage that found an error."
        })
final class CheckCommand implements Callable<Integer> {
    private final Root root;

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    CheckCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() throws PipelineException {
        Pipeline pipeline = PipelineLoader.load(file, root.environment());
        CheckReport report;
        try (EngineSession session = EngineSession.open(root)) {
            report = EngineSession.await(session.engine().check(pipeline));
        }
        int exitCode = exitCode(report);
        print(report);
        if (root.json()) {
            root.terminal().json(Json.check(report, exitCode));
        }
        return exitCode;
    }

    private void print(CheckReport report) {
        Terminal terminal = root.terminal();
        report.problems().forEach(problem -> terminal.say(Text.printable(problem.toString())));
        report.findings().forEach((stage, findings) -> {
            terminal.note(terminal.style(Terminal.Style.BOLD, stage));
            findings.forEach(finding -> print(terminal, finding));
        });
        terminal.note(
                report.passed()
                        ? terminal.style(Terminal.Style.GREEN, "passed")
                        : terminal.style(Terminal.Style.RED, "not ready to run"));
    }

    private static void print(Terminal terminal, Finding finding) {
        String line = "  " + mark(terminal, finding.level()) + " "
                + Text.printable(finding.streamName().map(name -> name + ": ").orElse("") + finding.message());
        if (finding.level() == Finding.Level.ERROR) {
            terminal.say(line);
        } else {
            terminal.note(line);
        }
    }

    private static String mark(Terminal terminal, Finding.Level level) {
        return switch (level) {
            case OK -> terminal.style(Terminal.Style.GREEN, "ok     ");
            case WARNING -> terminal.style(Terminal.Style.YELLOW, "warning");
            case ERROR -> terminal.style(Terminal.Style.RED, "error  ");
        };
    }

    static int exitCode(CheckReport report) {
        if (report.passed()) {
            return 0;
        }
        if (!report.problems().isEmpty()) {
            return FailureKind.CONFIG.exitCode();
        }
        return report.findings().entrySet().stream()
                .filter(stage -> failed(stage.getValue()))
                .map(stage -> kindOf(stage.getKey()).exitCode())
                .findFirst()
                .orElse(FailureKind.CONFIG.exitCode());
    }

    private static boolean failed(List<Finding> findings) {
        return findings.stream().anyMatch(finding -> finding.level() == Finding.Level.ERROR);
    }

    private static FailureKind kindOf(String stage) {
        if (stage.startsWith("source")) {
            return FailureKind.SOURCE;
        }
        return stage.startsWith("transform") ? FailureKind.TRANSFORM : FailureKind.DESTINATION;
    }
}
