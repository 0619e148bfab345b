package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.engine.ReplayOptions;
import io.rapidbyte.engine.ReplayPreview;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rapidbyte dlq replay}. */
@Command(
        name = "replay",
        description = {
            "Gives dead letters to the pipeline's destination once more, as it is set up now.",
            "",
            "Those that it takes are removed; those that it refuses again stay, with the new reason. A row is neither lost nor "
                    + "stored twice, even if the process is killed in between: replay again.",
            "",
            "Where the pipeline upserts, a row whose key is in the table by now is refused, as that one may be newer; "
                    + "--overwrite lets the dead letter win."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte dlq replay pipeline.yaml --dry-run            what would be replayed?",
            "  rapidbyte dlq replay pipeline.yaml --stream users",
            "  rapidbyte dlq replay pipeline.yaml --id 17 --id 18 --json",
            "",
            "Exit codes: 0 if all are stored, 9 if some are still refused; others see rapidbyte --help"
        })
final class DlqReplayCommand implements Callable<Integer> {
    private final Root root;

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Option(
            names = "--stream",
            paramLabel = "NAME",
            description = "Only those of this stream, named as in the pipeline. May be repeated.")
    private List<String> streams = new ArrayList<>();

    @Option(names = "--id", paramLabel = "ID", description = "Only this one, as dlq list shows it. May be repeated.")
    private List<Long> ids = new ArrayList<>();

    @Option(names = "--overwrite", description = "Where the pipeline upserts: write over rows of the same key.")
    private boolean overwrite;

    @Option(names = "--dry-run", description = "Only say what would be replayed.")
    private boolean dryRun;

    DlqReplayCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() throws PipelineException {
        ReplayOptions options = new ReplayOptions(streams, ids, overwrite);
        Pipeline pipeline = PipelineLoader.load(file, root.environment());
        ReplayPreview preview;
        Optional<RunReport> report;
        try (EngineSession session = EngineSession.open(root)) {
            preview = EngineSession.await(session.engine().previewReplay(pipeline, options));
            preview.streams().forEach(this::tell);
            report = dryRun || preview.letters() == 0
                    ? Optional.empty()
                    : Optional.of(PipelineRun.execute(
                            events -> session.engine().replay(pipeline, options, events), root, event -> {}));
        }
        if (preview.letters() == 0) {
            root.terminal().note("there is nothing to replay");
        }
        int exitCode = report.map(DlqReplayCommand::exitCode).orElse(0);
        report.ifPresent(this::tellWhatStays);
        if (root.json()) {
            root.terminal().json(Json.replay(preview, report, exitCode));
        }
        return exitCode;
    }

    private void tell(ReplayPreview.Stream stream) {
        if (dryRun) {
            root.terminal()
                    .note(Text.printable(stream.streamName()) + ": " + Text.plural(stream.letters(), "dead letter")
                            + " to replay");
        }
        stream.leftOut().forEach(line -> root.terminal().note(Text.printable(stream.streamName()) + ": " + line));
    }

    private void tellWhatStays(RunReport report) {
        if (refused(report) > 0) {
            root.terminal()
                    .note(Text.plural(refused(report), "dead letter")
                            + " refused again; rapidbyte dlq list shows the reasons");
        }
    }

    private static long refused(RunReport report) {
        return report.streams().stream().mapToLong(StreamReport::rowsRejected).sum();
    }

    private static int exitCode(RunReport report) {
        return report.status() == RunStatus.SUCCEEDED && refused(report) > 0
                ? VerifyCommand.DIFFERENT_EXIT_CODE
                : PipelineRun.exitCode(report);
    }
}
