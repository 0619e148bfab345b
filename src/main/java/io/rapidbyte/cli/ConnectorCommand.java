package io.rapidbyte.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.SettingsLoader;
import io.rapidbyte.conformance.Clause;
import io.rapidbyte.conformance.Conformance;
import io.rapidbyte.conformance.ConformanceReport;
import io.rapidbyte.conformance.Subject;
import io.rapidbyte.conformance.Verdict;
import io.rapidbyte.conformance.Verdict.Outcome;
import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rapidbyte connector}. */
@Command(
        name = "connector",
        description = "For authors of connectors: does one keep the contract?",
        synopsisSubcommandLabel = "COMMAND",
        footerHeading = "",
        footer = "")
final class ConnectorCommand extends CommandGroup {
    private ConnectorCommand() {}

    static CommandLine withSubcommands(Root root) {
        return new CommandLine(new ConnectorCommand()).addSubcommand(new Test(root));
    }

    /** {@code rapidbyte connector test}. */
    @Command(
            name = "test",
            description = {
                "Runs the conformance suite on a connector and gives a verdict on each clause: PASS, FAIL or SKIPPED, with a reason.",
                "",
                "The suite plays the host: it needs no pipeline, and the connector touches nothing but what its manifest and "
                        + "the settings of --config grant. Most clauses need --config; for a source or a destination it names a "
                        + "system that can be reached. A destination writes to the table rapidbyte_conformance there.",
                "",
                "The file of --config is YAML or JSON: config (the connector's settings) and, for a source, stream, "
                        + "empty_stream and cursor_field. docs/connectors.md explains the clauses."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  rapidbyte connector test ./my-source.wasm",
                "  rapidbyte connector test source-postgres --config conformance.yaml",
                "  rapidbyte connector test ./my-source.wasm --json | jq '.verdicts[] | select(.outcome == \"fail\")'",
                "",
                "Exit codes: 0 if no clause failed, 1 if one did, 3 if there is no such connector or file"
            })
    static final class Test implements Callable<Integer> {
        private static final Set<String> KEYS = Set.of("config", "stream", "empty_stream", "cursor_field");

        private final Root root;

        @Parameters(paramLabel = "CONNECTOR", description = "A .wasm file beside its manifest, or a name.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private String connector;

        @Option(names = "--config", paramLabel = "FILE", description = "What to try it on (YAML or JSON).")
        private @Nullable Path config;

        @Option(
                names = "--clause",
                paramLabel = "ID",
                description = "Try this clause only, such as RESUME-01. May be repeated.")
        private List<String> clauses = new ArrayList<>();

        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        Test(Root root) {
            this.root = root;
        }

        @Override
        public Integer call() throws PipelineException {
            Optional<Subject> subject = config == null ? Optional.empty() : Optional.of(subject(config));
            ConformanceReport report;
            try {
                report = new Conformance(subject, Conformance.DEFAULT_PATIENCE, wanted())
                        .of(ConnectorCatalog.of(root.connectors()).find(connector));
            } catch (ConnectorException e) {
                throw new FailureException(new Failure(FailureKind.CONFIG, e.error()));
            }
            int exitCode = report.passed() ? 0 : FailureKind.INTERNAL.exitCode();
            if (root.json()) {
                root.terminal().json(json(report, exitCode));
            } else {
                print(report);
            }
            return exitCode;
        }

        private Set<Clause> wanted() {
            Set<Clause> wanted = EnumSet.noneOf(Clause.class);
            for (String id : clauses) {
                wanted.add(Arrays.stream(Clause.values())
                        .filter(clause -> clause.id().equalsIgnoreCase(id))
                        .findFirst()
                        .orElseThrow(() -> new ParameterException(spec.commandLine(), "there is no clause " + id)));
            }
            return wanted.isEmpty() ? EnumSet.allOf(Clause.class) : wanted;
        }

        private Subject subject(Path file) throws PipelineException {
            ObjectNode settings = SettingsLoader.load(file, root.environment());
            settings.fieldNames().forEachRemaining(key -> {
                if (!KEYS.contains(key)) {
                    throw wrong(
                            file,
                            "has the unknown key \"" + key
                                    + "\"; known are config, stream, empty_stream and cursor_field");
                }
            });
            if (!(settings.get("config") instanceof ObjectNode own)) {
                throw wrong(file, "lacks the key \"config\", the connector's settings");
            }
            return new Subject(
                    own, text(settings, "stream"), text(settings, "empty_stream"), text(settings, "cursor_field"));
        }

        private ParameterException wrong(Path file, String what) {
            return new ParameterException(spec.commandLine(), file + " " + what);
        }

        private static Optional<String> text(JsonNode settings, String key) {
            return Optional.ofNullable(settings.get(key)).map(JsonNode::asText);
        }

        private void print(ConformanceReport report) {
            Terminal terminal = root.terminal();
            for (Verdict verdict : report.verdicts()) {
                terminal.result(mark(terminal, verdict.outcome()) + " "
                        + terminal.style(
                                Terminal.Style.BOLD,
                                String.format("%-12s", verdict.clause().id()))
                        + " " + verdict.clause().law() + "\n                     "
                        + terminal.style(Terminal.Style.DIM, role(verdict) + Text.printable(verdict.reason())));
            }
            terminal.result(report.name() + ": " + report.count(Outcome.PASS) + " passed, " + report.count(Outcome.FAIL)
                    + " failed, " + report.count(Outcome.SKIPPED) + " skipped");
        }

        private static String role(Verdict verdict) {
            return verdict.role().map(role -> Text.word(role) + ": ").orElse("");
        }

        private static String mark(Terminal terminal, Outcome outcome) {
            return switch (outcome) {
                case PASS -> terminal.style(Terminal.Style.GREEN, "PASS   ");
                case FAIL -> terminal.style(Terminal.Style.RED, "FAIL   ");
                case SKIPPED -> terminal.style(Terminal.Style.YELLOW, "SKIPPED");
            };
        }

        private static ObjectNode json(ConformanceReport report, int exitCode) {
            ObjectNode node = Json.result("connector test", exitCode == 0 ? "succeeded" : "failed", exitCode)
                    .put("connector", report.name())
                    .put("location", report.location())
                    .put("passed", report.count(Outcome.PASS))
                    .put("failed", report.count(Outcome.FAIL))
                    .put("skipped", report.count(Outcome.SKIPPED));
            ArrayNode verdicts = node.putArray("verdicts");
            for (Verdict verdict : report.verdicts()) {
                ObjectNode each = verdicts.addObject()
                        .put("clause", verdict.clause().id())
                        .put("law", verdict.clause().law())
                        .put("outcome", Text.word(verdict.outcome()))
                        .put("reason", verdict.reason());
                verdict.role().ifPresent(role -> each.put("role", Text.word(role)));
            }
            return node;
        }
    }
}
