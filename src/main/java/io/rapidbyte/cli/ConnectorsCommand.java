package io.rapidbyte.cli;

import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.connector.ConnectorListing;
import io.rapidbyte.connector.ConnectorManifest;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code rapidbyte connectors}. */
@Command(
        name = "connectors",
        description = {
            "Lists the connectors a pipeline can use, with what they may do: those in --connectors folders, in the user's "
                    + "folder ($XDG_DATA_HOME/rapidbyte/connectors, ~/.local/share/rapidbyte/connectors), in the folder "
                    + "connectors beside the program, and the bundled ones, in this order.",
            "",
            "A connector that cannot be used is listed as well, with the reason. The list goes to standard output."
        },
        synopsisSubcommandLabel = "[COMMAND]",
        footerHeading = "%nExamples:%n",
        footer = {
            "  rapidbyte connectors",
            "  rapidbyte connectors --connectors ./my-connectors -v",
            "  rapidbyte connectors show source-postgres",
            "",
            "Exit codes: see rapidbyte --help"
        })
final class ConnectorsCommand implements Callable<Integer> {
    private final Root root;

    private ConnectorsCommand(Root root) {
        this.root = root;
    }

    static CommandLine withSubcommands(Root root) {
        return new CommandLine(new ConnectorsCommand(root)).addSubcommand(new Show(root));
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
                .column("connector", Table.Align.LEFT)
                .column("version", Table.Align.LEFT)
                .column("roles", Table.Align.LEFT)
                .column("may reach", Table.Align.LEFT)
                .column("checksum", Table.Align.LEFT)
                .column(root.verbose() ? "location" : "description", Table.Align.LEFT);
        for (ConnectorListing each : listings) {
            table.row(
                    each.manifest().map(ConnectorManifest::id).orElse(each.name()),
                    each.manifest().map(ConnectorManifest::version).orElse("?"),
                    each.manifest().map(ConnectorsCommand::roles).orElse("?"),
                    each.manifest().map(ConnectorsCommand::reach).orElse("?"),
                    Text.word(each.checksum()),
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

    /** What its manifest asks for: hosts, and what a pipeline has to name as well, variables and folders. */
    private static String reach(ConnectorManifest manifest) {
        ConnectorManifest.Network network = manifest.network();
        List<String> reach = new ArrayList<>(network.allowedHosts());
        if (network.allowRuntimeConfigDomains()) {
            reach.add("hosts of its settings");
        }
        if (!reach.isEmpty()) {
            reach.add("tls " + Text.word(network.tls()));
        }
        manifest.host().variables().forEach(variable -> reach.add("$" + variable));
        manifest.host().folders().forEach(folder -> reach.add(folder.guest() + (folder.writable() ? " (write)" : "")));
        return reach.isEmpty() ? "nothing" : String.join(", ", reach);
    }

    /** {@code rapidbyte connectors show}. */
    @Command(
            name = "show",
            description = {
                "Prints the JSON Schema of a connector's settings, which is what a pipeline may write under config.",
                "",
                "With --json also its version, roles, permissions and checksum."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte connectors show source-postgres",
                "  rapidbyte connectors show rapidbyte/dest-postgres --json | jq .connector.permissions",
                "",
                "Exit codes: see rapidbyte --help; 3 if there is no such connector, or it cannot be used"
            })
    static final class Show implements Callable<Integer> {
        private final Root root;

        @Parameters(
                paramLabel = "NAME",
                description = "name, namespace/name, either with @version, or the path of a .wasm file.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String name;

        Show(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() {
            ConnectorListing listing;
            ConnectorManifest manifest;
            try {
                var candidate = ConnectorCatalog.of(root.connectors()).find(name);
                listing = candidate.listing();
                manifest = candidate.connector().manifest();
            } catch (ConnectorException e) {
                throw new FailureException(new Failure(FailureKind.CONFIG, e.error()));
            }
            if (root.json()) {
                root.terminal().json(Json.connectorSchema(listing, manifest.configSchema()));
            } else {
                root.terminal().result(Text.printable(manifest.configSchema().toPrettyString()));
            }
            return 0;
        }
    }
}
