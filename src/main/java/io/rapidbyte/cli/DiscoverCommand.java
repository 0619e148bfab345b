package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.model.Column;
import io.rapidbyte.model.DiscoveredStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rapidbyte discover}. */
@Command(
        name = "discover",
        description = {
            "Lists the streams that a pipeline's source offers, with their columns and keys.",
            "",
            "The names are those to write under source.streams. The list goes to standard output."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte discover pipeline.yaml",
            "  rapidbyte discover pipeline.yaml --names",
            "  rapidbyte discover pipeline.yaml --json | jq '.streams[] | select(.primary_key == []) | .name'",
            "",
            "Exit codes: see rapidbyte --help"
        })
final class DiscoverCommand implements Callable<Integer> {
    private final Root root;

    @Parameters(paramLabel = "PIPELINE", description = "The pipeline file (YAML); only its source is used.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path file;

    @Option(names = "--names", description = "Only the names, a line each.")
    private boolean names;

    DiscoverCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() throws PipelineException {
        Pipeline pipeline = PipelineLoader.load(file, root.environment());
        List<DiscoveredStream> streams;
        try (EngineSession session = EngineSession.open(root)) {
            streams = EngineSession.await(session.engine().discover(pipeline));
        }
        if (root.json()) {
            root.terminal().json(Json.discover(streams));
        } else if (names) {
            streams.forEach(stream -> root.terminal().result(Text.printable(stream.name())));
        } else {
            streams.forEach(this::print);
            root.terminal().note(Text.plural(streams.size(), "stream"));
        }
        return 0;
    }

    private void print(DiscoveredStream stream) {
        Terminal terminal = root.terminal();
        terminal.result(terminal.style(Terminal.Style.BOLD, Text.printable(stream.name())) + facts(stream));
        Table table = new Table()
                .column("", Table.Align.LEFT)
                .column("", Table.Align.LEFT)
                .column("", Table.Align.LEFT);
        for (Column column : stream.schema().columns()) {
            table.row("  " + column.name(), column.nativeType(), column.nullable() ? "" : "not null");
        }
        table.lines().stream().skip(1).forEach(terminal::result);
    }

    private static String facts(DiscoveredStream stream) {
        StringBuilder facts = new StringBuilder();
        stream.estimatedRows().ifPresent(rows -> facts.append(", about ").append(Text.plural(rows, "row")));
        stream.estimatedBytes().ifPresent(bytes -> facts.append(", ").append(Text.size(bytes)));
        List<String> key = stream.schema().primaryKey();
        facts.append(key.isEmpty() ? ", no key" : ", key (" + Text.printable(String.join(", ", key)) + ")");
        return facts.toString();
    }
}
