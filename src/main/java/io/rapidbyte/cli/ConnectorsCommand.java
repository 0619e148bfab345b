package io.rapidbyte.cli;

import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.connector.ConnectorListing;
import io.rapidbyte.connector.ConnectorManifest;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code rapidbyte connectors}. */
@Command(
        name = "connectors",
        description = {
            "Lists the connectors a pipeline can use: the bundled ones and those in --connectors folders.",
            "",
            "A connector that cannot be used is listed as well, with the reason. The list goes to standard output."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte connectors",
            "  rapidbyte connectors --connectors ./my-connectors -v",
            "",
            "Exit codes: see rapidbyte --help"
        })
final class ConnectorsCommand implements Callable<Integer> {
    private final Root root;

    ConnectorsCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() {
        List<ConnectorListing> listings = ConnectorCatalog.of(root.connectors()).list();
        if (root.json()) {
            root.terminal().json(Json.connectors(listings));
        } else {
            table(listings).forEach(root.terminal()::result);
        }
        return 0;
    }

    private List<String> table(List<ConnectorListing> listings) {
        Table table = new Table()
                .column("name", Table.Align.LEFT)
                .column("version", Table.Align.LEFT)
                .column("roles", Table.Align.LEFT)
                .column(root.verbose() ? "location" : "description", Table.Align.LEFT);
        for (ConnectorListing each : listings) {
            table.row(
                    each.name(),
                    each.manifest().map(ConnectorManifest::version).orElse("?"),
                    each.manifest().map(ConnectorsCommand::roles).orElse("?"),
                    each.problem()
                            .map(problem -> "unusable: " + problem)
                            .orElseGet(() -> root.verbose()
                                    ? (each.bundled() ? "bundled: " : "") + each.location()
                                    : each.manifest()
                                            .map(ConnectorManifest::description)
                                            .orElse("")));
        }
        return table.lines();
    }

    private static String roles(ConnectorManifest manifest) {
        return manifest.roles().entrySet().stream()
                .map(role -> Text.word(role.getKey())
                        + (role.getValue().modes().isEmpty()
                                ? ""
                                : " (" + String.join(", ", role.getValue().modes()) + ")"))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
