package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.state.RunRecord;
import io.rapidbyte.state.StreamRecord;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rapidbyte runs}. */
@Command(
        name = "runs",
        description = "Lists the runs that were made, or shows one with its streams and attempts.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "",
        footer = "")
final class RunsCommand extends CommandGroup {
    private RunsCommand() {}

    static CommandLine withSubcommands(Root root) {
        return new CommandLine(new RunsCommand())
                .addSubcommand(new Listing(root))
                .addSubcommand(new Show(root));
    }

    /** {@code rapidbyte runs list}. */
    @Command(
            name = "list",
            description = {
                "Lists runs, the newest first.",
                "",
                "Of one pipeline, or of all that share a state: that of pipelines which name none (see RAPIDBYTE_STATE in "
                        + "conf/REFERENCE.md)."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte runs list pipeline.yaml",
                "  rapidbyte runs list --limit 5 --json | jq '.runs[] | select(.status == \"failed\") | .run_id'",
                "",
                "Exit codes: see rapidbyte --help"
            })
    static final class Listing implements Callable<Integer> {
        private final Root root;

        @Parameters(paramLabel = "PIPELINE", arity = "0..1", description = "The pipeline file (YAML).")
        private @Nullable Path file;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "20",
                description = "The most to list, 1 to " + Pages.MAX_LIMIT + "; 20 by default.")
        private int limit;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        Listing(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() throws PipelineException {
            Pages.requireLimit(spec, limit);
            List<RunRecord> runs;
            try (StateSession session = StateSession.open(root, file)) {
                runs = StateSession.await(
                        session.store().runs(session.pipeline().map(Pipeline::name), limit));
            }
            if (root.json()) {
                root.terminal().json(StateJson.runs(runs));
            } else {
                table(runs).forEach(root.terminal()::result);
            }
            return 0;
        }

        private static List<String> table(List<RunRecord> runs) {
            Table table = new Table()
                    .column("run", Table.Align.LEFT)
                    .column("pipeline", Table.Align.LEFT)
                    .column("started", Table.Align.LEFT)
                    .column("seconds", Table.Align.RIGHT)
                    .column("status", Table.Align.LEFT)
                    .column("failure", Table.Align.LEFT);
            for (RunRecord run : runs) {
                table.row(
                        run.runId(),
                        run.pipeline(),
                        run.startedAt().toString(),
                        run.endedAt()
                                .map(end -> String.format("%.1f", Text.seconds(Duration.between(run.startedAt(), end))))
                                .orElse(""),
                        Text.word(run.state()),
                        run.failure().map(RunRecord.RecordedFailure::code).orElse(""));
            }
            return table.lines();
        }
    }

    /** {@code rapidbyte runs show}. */
    @Command(
            name = "show",
            description = "Shows a run: its streams, their attempts, what went wrong and what was altered.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte runs show 0f3c9a4be27d1856 pipeline.yaml",
                "  rapidbyte runs show 0f3c9a4be27d1856 --json | jq '.run.streams[].attempts'",
                "",
                "Exit codes: see rapidbyte --help; 7 if there is no such run"
            })
    static final class Show implements Callable<Integer> {
        private final Root root;

        @Parameters(index = "0", paramLabel = "RUN", description = "The run's id, as runs list shows it.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String runId;

        @Parameters(
                index = "1",
                arity = "0..1",
                paramLabel = "PIPELINE",
                description = "The pipeline file (YAML), where it names its state.")
        private @Nullable Path file;

        Show(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() throws PipelineException {
            Optional<RunRecord> run;
            try (StateSession session = StateSession.open(root, file)) {
                run = StateSession.await(session.store().run(runId));
            }
            RunRecord found = run.orElseThrow(() -> unknown(
                    "run.unknown",
                    "there is no run " + runId + " in this state; rapidbyte runs list shows those there are"));
            if (root.json()) {
                root.terminal().json(StateJson.run(found));
            } else {
                print(found);
            }
            return 0;
        }

        private void print(RunRecord run) {
            Terminal terminal = root.terminal();
            terminal.result(run.runId() + " of " + run.pipeline() + ": " + Text.word(run.state()) + ", started "
                    + run.startedAt() + " by " + Text.printable(run.holder().toString()));
            run.failure().ifPresent(failure -> terminal.result("  " + describe(failure)));
            for (StreamRecord stream : run.streams()) {
                print(terminal, stream);
            }
        }

        private static void print(Terminal terminal, StreamRecord stream) {
            terminal.result(terminal.style(Terminal.Style.BOLD, Text.printable(stream.stream())) + ": "
                    + Text.word(stream.state()) + ", " + Text.plural(stream.rowsWritten(), "row") + " written in "
                    + Text.duration(stream.duration()) + (stream.continued() ? ", load continued" : "")
                    + (stream.deadLetters() > 0 ? ", " + Text.plural(stream.deadLetters(), "dead letter") : ""));
            stream.failure().ifPresent(failure -> terminal.result("  " + describe(failure)));
            for (StreamRecord.Attempt attempt : stream.attempts()) {
                terminal.result("  attempt " + attempt.attempt() + ": "
                        + attempt.outcome().map(Text::word).orElse("no end recorded")
                        + attempt.message()
                                .map(message -> ": " + Text.printable(message))
                                .orElse("")
                        + attempt.code()
                                .map(code -> " [" + Text.printable(code) + "]")
                                .orElse("")
                        + attempt.backoff()
                                .map(wait -> ", then " + Text.wait(wait) + " of waiting")
                                .orElse(""));
            }
            stream.schemaChanges().forEach(change -> terminal.result("  altered: " + Text.printable(change)));
            stream.warnings().forEach(warning -> terminal.result("  warning: " + Text.printable(warning)));
        }

        private static String describe(RunRecord.RecordedFailure failure) {
            return Text.word(failure.kind()) + " failure: " + Text.printable(failure.message()) + " ["
                    + Text.printable(failure.code()) + "]";
        }
    }

    /** What a command was asked for is not in the state. */
    static FailureException unknown(String code, String message) {
        return new FailureException(
                new Failure(FailureKind.STATE, ConnectorError.permanent(ErrorCategory.CONFIG, code, message)));
    }
}
