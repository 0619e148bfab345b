package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.state.DeadLetter;
import io.rapidbyte.state.DeadLetterQuery;
import java.nio.file.Path;
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

/** {@code rapidbyte dlq}. */
@Command(
        name = "dlq",
        description =
                "Shows and replays dead letters: rows that could not be stored and were kept (on_data_error: dlq).",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "",
        footer = "")
final class DlqCommand extends CommandGroup {
    private DlqCommand() {}

    static CommandLine withSubcommands(Root root) {
        return new CommandLine(new DlqCommand())
                .addSubcommand(new Listing(root))
                .addSubcommand(new Show(root))
                .addSubcommand(new DlqReplayCommand(root));
    }

    /** {@code rapidbyte dlq list}. */
    @Command(
            name = "list",
            description = {
                "Lists dead letters, the oldest first, each with the reason.",
                "",
                "Of one pipeline, or of all that share a state: that of pipelines which name none (see RAPIDBYTE_STATE in "
                        + "conf/REFERENCE.md)."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte dlq list pipeline.yaml",
                "  rapidbyte dlq list pipeline.yaml --stream users --json | jq '.dead_letters[].row'",
                "  rapidbyte dlq list pipeline.yaml --after 1000       the next page: behind id 1000",
                "",
                "Exit codes: see rapidbyte --help"
            })
    static final class Listing implements Callable<Integer> {
        private final Root root;

        @Parameters(paramLabel = "PIPELINE", arity = "0..1", description = "The pipeline file (YAML).")
        private @Nullable Path file;

        @Option(names = "--stream", paramLabel = "NAME", description = "Only those of this stream.")
        private @Nullable String stream;

        @Option(names = "--run", paramLabel = "RUN", description = "Only those of this run.")
        private @Nullable String run;

        @Option(
                names = "--limit",
                paramLabel = "N",
                defaultValue = "100",
                description = "The most to list, 1 to " + Pages.MAX_LIMIT + "; 100 by default.")
        private int limit;

        @Option(names = "--after", paramLabel = "ID", defaultValue = "0", description = "Only those behind this id.")
        private long after;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        Listing(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() throws PipelineException {
            Pages.requireLimit(spec, limit);
            List<DeadLetter> letters;
            try (StateSession session = StateSession.open(root, file)) {
                letters = StateSession.await(session.store()
                        .deadLetters(new DeadLetterQuery(
                                session.pipeline().map(Pipeline::name),
                                Optional.ofNullable(stream),
                                Optional.ofNullable(run),
                                limit,
                                after)));
            }
            if (root.json()) {
                root.terminal().json(StateJson.deadLetters(letters));
            } else {
                table(letters).forEach(root.terminal()::result);
                more(letters);
            }
            return 0;
        }

        private void more(List<DeadLetter> letters) {
            if (letters.size() == limit) {
                root.terminal()
                        .note("there may be more: --after " + letters.getLast().id());
            }
        }

        private static List<String> table(List<DeadLetter> letters) {
            Table table = new Table()
                    .column("id", Table.Align.RIGHT)
                    .column("saved", Table.Align.LEFT)
                    .column("stream", Table.Align.LEFT)
                    .column("tries", Table.Align.RIGHT)
                    .column("code", Table.Align.LEFT)
                    .column("reason", Table.Align.LEFT);
            for (DeadLetter letter : letters) {
                table.row(
                        Long.toString(letter.id()),
                        letter.savedAt().toString(),
                        letter.rejected().streamName(),
                        Long.toString(letter.tries()),
                        letter.rejected().code(),
                        letter.rejected().message());
            }
            return table.lines();
        }
    }

    /** {@code rapidbyte dlq show}. */
    @Command(
            name = "show",
            description = "Shows a dead letter: the row as JSON, where it came from, and why it was rejected.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte dlq show 17 pipeline.yaml",
                "",
                "Exit codes: see rapidbyte --help; 7 if there is no such dead letter"
            })
    static final class Show implements Callable<Integer> {
        private final Root root;

        @Parameters(index = "0", paramLabel = "ID", description = "The dead letter's id, as dlq list shows it.")
        private long id;

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
            Optional<DeadLetter> letter;
            try (StateSession session = StateSession.open(root, file)) {
                letter = StateSession.await(session.store().deadLetter(id));
            }
            DeadLetter found = letter.orElseThrow(() -> RunsCommand.unknown(
                    "dlq.unknown",
                    "there is no dead letter " + id + " in this state; rapidbyte dlq list shows those there are"));
            if (root.json()) {
                root.terminal().json(StateJson.deadLetter(found));
            } else {
                print(found);
            }
            return 0;
        }

        private void print(DeadLetter letter) {
            Terminal terminal = root.terminal();
            terminal.result("dead letter " + letter.id() + " of stream "
                    + Text.printable(letter.rejected().streamName()) + ", pipeline " + letter.pipeline() + ", run "
                    + letter.runId() + ", saved " + letter.savedAt() + ", refused "
                    + Text.plural(letter.tries(), "time")
                    + (letter.obsolete() ? ", obsolete: a later load has read its table again" : ""));
            terminal.result("  " + Text.printable(letter.rejected().message()) + " ["
                    + Text.printable(letter.rejected().code()) + "]");
            terminal.result(Text.printable(letter.rejected().row()));
        }
    }
}
