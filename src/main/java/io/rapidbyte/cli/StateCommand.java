package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.StreamSettings;
import io.rapidbyte.engine.RecordJson;
import io.rapidbyte.state.Lease;
import io.rapidbyte.state.LeaseHolder;
import io.rapidbyte.state.LoadRecord;
import io.rapidbyte.state.StateStore;
import io.rapidbyte.state.StoredCursor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rapidbyte state}. */
@Command(
        name = "state",
        description = "Shows how far a pipeline's streams have got, or lets one begin anew.",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "",
        footer = "")
final class StateCommand extends CommandGroup {
    private StateCommand() {}

    static CommandLine withSubcommands(Root root) {
        return new CommandLine(new StateCommand()).addSubcommand(new Show(root)).addSubcommand(new Reset(root));
    }

    /** {@code rapidbyte state show}. */
    @Command(
            name = "show",
            description = {
                "Shows each stream's cursor and load, and who runs the pipeline.",
                "",
                "A load is all of a stream's rows from a beginning to completeness. One that is open was interrupted, or is "
                        + "being run: the next run goes on behind its last checkpoint."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte state show pipeline.yaml",
                "  rapidbyte state show pipeline.yaml --json | jq '.streams[] | {stream, cursor}'",
                "",
                "Exit codes: see rapidbyte --help"
            })
    static final class Show implements Callable<Integer> {
        private final Root root;

        @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML).")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private Path file;

        Show(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() throws PipelineException {
            try (StateSession session = StateSession.open(root, file)) {
                Pipeline pipeline = session.pipeline().orElseThrow();
                StateStore store = session.store();
                Optional<Lease> lease = StateSession.await(store.lease(pipeline.name()));
                List<LoadRecord> loads = StateSession.await(store.loads(pipeline.name()));
                List<StoredCursor> cursors = StateSession.await(store.cursors(pipeline.name()));
                if (root.json()) {
                    root.terminal().json(StateJson.state(pipeline.name(), lease, loads, cursors));
                } else {
                    print(pipeline, lease, loads, cursors);
                }
            }
            return 0;
        }

        private void print(
                Pipeline pipeline, Optional<Lease> lease, List<LoadRecord> loads, List<StoredCursor> cursors) {
            Table table = new Table()
                    .column("stream", Table.Align.LEFT)
                    .column("load", Table.Align.LEFT)
                    .column("rows", Table.Align.RIGHT)
                    .column("checkpoint", Table.Align.RIGHT)
                    .column("updated", Table.Align.LEFT)
                    .column("cursor", Table.Align.LEFT);
            for (StreamSettings stream : pipeline.source().streams()) {
                Optional<LoadRecord> load = RecordJson.newest(loads, stream.name());
                table.row(
                        stream.name(),
                        load.map(l -> Text.word(l.status())).orElse("none"),
                        load.map(l -> Text.count(l.rows())).orElse(""),
                        load.map(l -> Text.count(l.sequence())).orElse(""),
                        load.map(l -> l.updatedAt().toString()).orElse(""),
                        cursors.stream()
                                .filter(cursor -> cursor.stream().equals(stream.name()))
                                .map(cursor -> cursor.value().value())
                                .findFirst()
                                .orElse(""));
            }
            Terminal terminal = root.terminal();
            table.lines().forEach(terminal::result);
            lease.ifPresent(held ->
                    terminal.note("being run by " + Text.printable(held.holder() + " (run " + held.runId() + ")")
                            + ", until " + held.expiresAt() + " unless renewed"));
        }
    }

    /** {@code rapidbyte state reset}. */
    @Command(
            name = "reset",
            description = {
                "Forgets how far streams have got: the next run reads them from their first row.",
                "",
                "Rows that are in the destination stay there. With write_mode: append they will come a second time; "
                        + "replace and upsert put that right by themselves. Refused while the pipeline is being run."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte state reset pipeline.yaml --stream users",
                "  rapidbyte state reset pipeline.yaml                      every stream of the file",
                "",
                "Exit codes: see rapidbyte --help"
            })
    static final class Reset implements Callable<Integer> {
        private final Root root;

        @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML).")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private Path file;

        @Option(
                names = "--stream",
                paramLabel = "NAME",
                description = "A stream, named as in the file. May be repeated; without it, every stream.")
        private List<String> streams = new ArrayList<>();

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        Reset(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() throws PipelineException {
            try (StateSession session = StateSession.open(root, file)) {
                Pipeline pipeline = session.pipeline().orElseThrow();
                LeaseHolder self = LeaseHolder.ofThisProcess();
                Map<String, Boolean> reset = new LinkedHashMap<>();
                for (String stream : chosen(pipeline)) {
                    reset.put(stream, StateSession.await(session.store().resetStream(pipeline.name(), stream, self)));
                }
                tell(pipeline, reset);
            }
            return 0;
        }

        private List<String> chosen(Pipeline pipeline) {
            List<String> all = pipeline.source().streamNames();
            for (String stream : streams) {
                if (!all.contains(stream)) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "the file has no stream " + stream + "; it has " + String.join(", ", all));
                }
            }
            return streams.isEmpty() ? all : streams;
        }

        private void tell(Pipeline pipeline, Map<String, Boolean> reset) {
            if (root.json()) {
                root.terminal().json(StateJson.reset(pipeline.name(), reset));
            }
            reset.forEach((stream, any) -> root.terminal()
                    .note(Text.printable(stream)
                            + (any ? ": forgotten; the next run reads it from its first row" : ": nothing was kept")));
        }
    }
}
