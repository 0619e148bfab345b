package io.rapidbyte.cli;

import io.rapidbyte.cli.demo.DemoCommand;
import io.rapidbyte.model.FailureKind;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line: parses, runs one command, turns what went wrong into words and an exit code. */
public final class Cli {
    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, String> environment;
    private final boolean interactive;

    /**
     * @param out for results only
     * @param err for everything meant for a person
     * @param interactive whether {@code err} is a terminal that understands cursor movements
     */
    public Cli(PrintStream out, PrintStream err, Map<String, String> environment, boolean interactive) {
        this.out = out;
        this.err = err;
        this.environment = Map.copyOf(environment);
        this.interactive = interactive;
    }

    /** On this process's streams and environment. Writes UTF-8 whatever the locale, since names and JSON are. */
    public static Cli system() {
        return new Cli(utf8(FileDescriptor.out), utf8(FileDescriptor.err), System.getenv(), Tty.errorIsTerminal());
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)), true, StandardCharsets.UTF_8);
    }

    /** Runs one command line, on the calling thread, to its end. Returns an exit code of {@link FailureKind}, 0 if all went well. */
    public int run(String... args) {
        Root root = new Root(out, err, environment, interactive);
        CommandLine commandLine = commandLine(root);
        commandLine.setParameterExceptionHandler((e, words) -> misused(root, e, List.of(words)));
        commandLine.setExecutionExceptionHandler((e, command, result) -> Failures.tell(root, name(command), e));
        commandLine.setExecutionStrategy(result -> {
            Logs.configure(root.logLevel(), root.terminal());
            return new CommandLine.RunLast().execute(result);
        });
        return commandLine.execute(args);
    }

    /** Without the program's own, such as {@code state show}. */
    private static String name(CommandLine command) {
        String full = command.getCommandSpec().qualifiedName();
        return full.substring(full.indexOf(' ') + 1);
    }

    /** The commands with nothing run yet. */
    static CommandLine commandLine(Root root) {
        CommandLine commandLine = new CommandLine(root)
                .addSubcommand(new RunCommand(root))
                .addSubcommand(new CheckCommand(root))
                .addSubcommand(new VerifyCommand(root))
                .addSubcommand(new DiscoverCommand(root))
                .addSubcommand(new ServeCommand(root))
                .addSubcommand(StateCommand.withSubcommands(root))
                .addSubcommand(CdcCommand.withSubcommands(root))
                .addSubcommand(RunsCommand.withSubcommands(root))
                .addSubcommand(DlqCommand.withSubcommands(root))
                .addSubcommand(ConnectorsCommand.withSubcommands(root))
                .addSubcommand(ConnectorCommand.withSubcommands(root))
                .addSubcommand(new ScaffoldCommand(root))
                .addSubcommand(new DemoCommand(root))
                .addSubcommand(new VersionCommand(root))
                .addSubcommand(new CommandLine.HelpCommand());
        commandLine.setOut(new PrintWriter(root.out(), true, StandardCharsets.UTF_8));
        commandLine.setErr(new PrintWriter(root.err(), true, StandardCharsets.UTF_8));
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setColorScheme(Help.defaultColorScheme(root.mayColour() ? Help.Ansi.ON : Help.Ansi.OFF));
        commandLine.setUsageHelpWidth(Root.HELP_WIDTH);
        return commandLine;
    }

    private static int misused(Root root, ParameterException e, List<String> words) {
        CommandLine command = e.getCommandLine();
        PrintWriter writer = command.getErr();
        String message = Text.printable(message(e));
        writer.println("rapidbyte: " + message);
        UnmatchedArgumentException.printSuggestions(e, writer);
        writer.println("Try: " + command.getCommandSpec().qualifiedName() + " --help");
        if (words.contains("--json")) {
            root.terminal().json(Json.misuse(message));
        }
        return FailureKind.USAGE.exitCode();
    }

    private static String message(ParameterException e) {
        return e instanceof UnmatchedArgumentException unmatched
                ? "unknown here: " + String.join(" ", unmatched.getUnmatched())
                : String.valueOf(e.getMessage());
    }
}
