package io.rapidbyte.cli;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The options every command has, and what commands share because of them. Main thread. */
@Command(
        name = "rapidbyte",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = VersionCommand.Version.class,
        description = "Moves data between systems through sandboxed WebAssembly connectors.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        parameterListHeading = "%nWhat to name:%n",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions, before or after the command:%n",
        footerHeading = "%nExit codes:%n",
        footer = {
            "    0  all went well",
            "    1  internal: a defect in Rapidbyte or in a connector",
            "    2  usage: the command line itself",
            "    3  config: the pipeline file, a manifest or a connector's settings",
            "    4  schema: a table, a column or a type is not as it must be",
            "    5  source: it could not be read",
            "    6  destination: it could not be written",
            "    7  state: Rapidbyte's own state could not be read or saved",
            "    8  transform: it could not do its work",
            "    9  different: verify found rows that are not the same, dlq replay rows that are still refused",
            "  130  cancelled, by Ctrl-C or a signal",
            "",
            "Examples:",
            "  rapidbyte demo                      watch it work, with PostgreSQL servers of its own",
            "  rapidbyte check pipeline.yaml       is everything in place?",
            "  rapidbyte run pipeline.yaml         go",
            "  rapidbyte verify pipeline.yaml      is every row there?",
            "  rapidbyte run p.yaml --json | jq    the outcome for a script",
            "",
            "A command's own help: rapidbyte COMMAND --help"
        })
public final class Root implements Runnable {
    static final int HELP_WIDTH = 100;

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final boolean interactive;
    private @Nullable Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--log-level",
            scope = ScopeType.INHERIT,
            paramLabel = "LEVEL",
            description = "Log lines from this level on: error, warn (the default), info, debug, trace.")
    private @Nullable LogLevel logLevel;

    @Option(
            names = "--log-format",
            scope = ScopeType.INHERIT,
            paramLabel = "FORMAT",
            description = "text (the default), or json: everything on standard error as a JSON object a line.")
    private LogFormat logFormat = LogFormat.TEXT;

    @Option(
            names = {"-v", "--verbose"},
            scope = ScopeType.INHERIT,
            description = "Say more: -v is --log-level info, -vv is debug; -v also adds detail to tables.")
    private boolean[] verbose = {};

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "Say nothing unless it fails.")
    private boolean quiet;

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description =
                    "The result as one line of JSON on standard output; what is for people stays on standard error.")
    private boolean json;

    @Option(
            names = "--no-color",
            scope = ScopeType.INHERIT,
            description = "No colours. NO_COLOR=1 in the environment does the same.")
    private boolean noColour;

    @Option(
            names = "--connectors",
            scope = ScopeType.INHERIT,
            paramLabel = "DIR",
            description = "A folder of connectors, searched before the user's and the bundled ones. May be repeated.")
    private List<Path> connectors = new ArrayList<>();

    Root(PrintStream out, PrintStream err, Map<String, String> environment, boolean interactive) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.interactive = interactive;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "a command is missing: run, check, verify, discover, serve, state, runs, dlq, connectors, connector, scaffold, demo");
    }

    PrintStream out() {
        return out;
    }

    PrintStream err() {
        return err;
    }

    /** Values for {@code ${VAR}} in pipeline files. */
    public Map<String, String> environment() {
        return environment;
    }

    public boolean json() {
        return json;
    }

    boolean verbose() {
        return verbose.length > 0;
    }

    /** Where connectors are looked for before the bundled ones. */
    List<Path> connectors() {
        return ConnectorFolders.searched(connectors, environment);
    }

    LogLevel logLevel() {
        if (logLevel != null) {
            return logLevel;
        }
        if (quiet) {
            return LogLevel.ERROR;
        }
        return switch (verbose.length) {
            case 0 -> LogLevel.WARN;
            case 1 -> LogLevel.INFO;
            default -> LogLevel.DEBUG;
        };
    }

    /** Colours by what the environment says alone, for help texts, which are printed while options are still unread. */
    boolean mayColour() {
        return interactive && environment.getOrDefault("NO_COLOR", "").isEmpty();
    }

    /** Where commands write; made when first asked for, with the options read by then. */
    public Terminal terminal() {
        if (terminal == null) {
            boolean text = logFormat == LogFormat.TEXT;
            terminal = new Terminal(
                    out,
                    err,
                    interactive && text,
                    mayColour() && !noColour && text,
                    quiet,
                    WindowSize::ofStandardError,
                    logFormat);
        }
        return terminal;
    }
}
