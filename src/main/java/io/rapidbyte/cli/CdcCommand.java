package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.model.LogSlot;
import io.rapidbyte.model.SlotReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rapidbyte cdc}. */
@Command(
        name = "cdc",
        description = "Shows the replication slots of a pipeline's source, or drops one (sync_mode: cdc).",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "",
        footer = "")
final class CdcCommand extends CommandGroup {
    private CdcCommand() {}

    static CommandLine withSubcommands(Root root) {
        return new CommandLine(new CdcCommand()).addSubcommand(new Slots(root)).addSubcommand(new Drop(root));
    }

    /** {@code rapidbyte cdc slots}. */
    @Command(
            name = "slots",
            description = {
                "Lists the logical replication slots of the source's database, and how much log the server keeps for each.",
                "",
                "A slot nobody reads from fills the server's disk. \"earlier\" marks one that this pipeline read from under "
                        + "earlier settings; \"other\" one that it knows nothing of."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte cdc slots pipeline.yaml",
                "  rapidbyte cdc slots pipeline.yaml --json | jq '.slots[] | select(.reader == \"earlier\") | .name'",
                "",
                "Exit codes: see rapidbyte --help"
            })
    static final class Slots implements Callable<Integer> {
        private final Root root;

        @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML).")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private Path file;

        Slots(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() throws PipelineException {
            Pipeline pipeline = PipelineLoader.load(file, root.environment());
            List<LogSlot> slots;
            try (EngineSession session = EngineSession.open(root)) {
                slots = EngineSession.await(session.engine().slots(pipeline));
            }
            if (root.json()) {
                root.terminal().json(Json.slots("cdc slots", "slots", slots));
            } else {
                print(slots);
            }
            return 0;
        }

        private void print(List<LogSlot> slots) {
            Terminal terminal = root.terminal();
            Table table = new Table()
                    .column("slot", Table.Align.LEFT)
                    .column("reader", Table.Align.LEFT)
                    .column("state", Table.Align.LEFT)
                    .column("retained", Table.Align.RIGHT)
                    .column("position", Table.Align.LEFT);
            for (LogSlot slot : slots) {
                table.row(
                        slot.name(),
                        slot.reader() == SlotReader.PIPELINE ? "this pipeline" : Text.word(slot.reader()),
                        slot.lost() ? "lost" : slot.active() ? "active" : "idle",
                        Text.size(slot.retainedBytes()),
                        slot.position().orElse(""));
            }
            table.lines().forEach(terminal::result);
            terminal.note(Text.plural(slots.size(), "slot"));
        }
    }

    /** {@code rapidbyte cdc drop}. */
    @Command(
            name = "drop",
            description = {
                "Drops the replication slot that a pipeline reads from, or another one, for good.",
                "",
                "For a pipeline that is given up, or for a slot that nobody reads from any more. A pipeline whose slot is gone has "
                        + "to copy its tables again: rapidbyte state reset. The publication stays. Refused while the "
                        + "pipeline is being run, or while somebody reads from the slot."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte cdc drop pipeline.yaml --yes",
                "  rapidbyte cdc drop pipeline.yaml --slot rapidbyte_shop_old --yes",
                "",
                "Exit codes: see rapidbyte --help"
            })
    static final class Drop implements Callable<Integer> {
        private final Root root;

        @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML).")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private Path file;

        @Option(
                names = "--slot",
                paramLabel = "NAME",
                description = "A slot of the source's database; without it, the one that the pipeline reads from.")
        private @Nullable String slot;

        @Option(names = "--yes", description = "Says that it is meant: nothing is dropped without it.")
        private boolean yes;

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        Drop(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() throws PipelineException {
            if (!yes) {
                throw new ParameterException(
                        spec.commandLine(),
                        "a slot that is dropped cannot be had back; add --yes, and see what there is with: rapidbyte cdc slots");
            }
            Pipeline pipeline = PipelineLoader.load(file, root.environment());
            List<LogSlot> dropped;
            try (EngineSession session = EngineSession.open(root)) {
                dropped = EngineSession.await(session.engine().dropSlots(pipeline, Optional.ofNullable(slot)));
            }
            if (root.json()) {
                root.terminal().json(Json.slots("cdc drop", "dropped", dropped));
            }
            dropped.forEach(each -> root.terminal()
                    .note(Text.printable(each.name()) + ": dropped; the server is free to forget "
                            + Text.size(each.retainedBytes()) + " of its log"));
            return 0;
        }
    }
}
