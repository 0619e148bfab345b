package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.engine.StreamVerdict;
import io.rapidbyte.engine.VerifyOptions;
import io.rapidbyte.engine.VerifyOptions.Repair;
import io.rapidbyte.engine.VerifyReport;
import io.rapidbyte.model.Failure;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rapidbyte verify}. */
@Command(
        name = "verify",
        description = {
            "Proves that every stream's target has the rows of its source, no matter how they got there.",
            "",
            "Both servers hash their rows by ranges of the primary key; ranges that differ are cut until the differing "
                    + "keys are found. No row leaves its server, but those that are repaired."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte verify pipeline.yaml",
            "  rapidbyte verify pipeline.yaml --stream users --show 100",
            "  rapidbyte verify pipeline.yaml --repair                   write what is missing or different",
            "  rapidbyte verify pipeline.yaml --repair --delete-extra    and delete what the source does not have",
            "  rapidbyte verify pipeline.yaml --json | jq '.streams[] | select(.status != \"equal\")'",
            "",
            "Exit codes: 0 if all is equal, 9 if something differs; others see rapidbyte --help"
        })
final class VerifyCommand implements Callable<Integer> {
    /** No failure: the verification worked, and what it found is not equality. */
    static final int DIFFERENT_EXIT_CODE = 9;

    private final Root root;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML).")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Option(
            names = "--stream",
            paramLabel = "NAME",
            description = "Only this stream, named as in the pipeline. May be repeated.")
    private List<String> streams = new ArrayList<>();

    @Option(
            names = "--repair",
            description = "Write the rows that are missing or different to the target, by key, and look again.")
    private boolean repair;

    @Option(names = "--delete-extra", description = "With --repair: delete rows that only the target has.")
    private boolean deleteExtra;

    @Option(names = "--count-only", description = "Compare numbers of rows alone; all that can be with transforms.")
    private boolean countOnly;

    @Option(
            names = "--show",
            paramLabel = "N",
            defaultValue = "10",
            description = "Differing keys to show of each stream (${DEFAULT-VALUE}).")
    private int shown;

    VerifyCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() throws PipelineException {
        VerifyOptions options = options();
        Pipeline pipeline = PipelineLoader.load(file, root.environment());
        VerifyReport report;
        try (EngineSession session = EngineSession.open(root)) {
            report = EngineSession.await(session.engine().verify(pipeline, options));
        }
        int exitCode = exitCode(report);
        VerifySummary.print(root.terminal(), report, shown);
        if (root.json()) {
            root.terminal().json(VerifyJson.encode(report, shown, exitCode));
        }
        return exitCode;
    }

    private VerifyOptions options() {
        if (deleteExtra && !repair) {
            throw new ParameterException(spec.commandLine(), "--delete-extra deletes rows; it goes with --repair");
        }
        if (countOnly && repair) {
            throw new ParameterException(spec.commandLine(), "--count-only finds no rows that --repair could write");
        }
        Repair allowed = !repair ? Repair.NONE : deleteExtra ? Repair.WRITE_AND_DELETE : Repair.WRITE;
        return new VerifyOptions(streams, countOnly, allowed);
    }

    /** The first failure's, else whether something differs. */
    static int exitCode(VerifyReport report) {
        Optional<Failure> failure = report.streams().stream()
                .flatMap(stream -> stream.failure().stream())
                .findFirst();
        if (failure.isPresent()) {
            return failure.get().kind().exitCode();
        }
        boolean different =
                report.streams().stream().anyMatch(stream -> stream.status() == StreamVerdict.Status.DIFFERENT);
        return different ? DIFFERENT_EXIT_CODE : 0;
    }
}
