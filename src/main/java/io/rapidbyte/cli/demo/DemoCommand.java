package io.rapidbyte.cli.demo;

import io.rapidbyte.cli.Root;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.model.FailureKind;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rapidbyte demo}: looks whether the servers are on the class path, then hands over. */
@Command(
        name = "demo",
        description = {
            "Shows the whole thing with two PostgreSQL servers of its own.",
            "",
            "Starts the servers in a temporary folder, fills a shop with some 230,000 rows, copies it with the pipeline "
                    + "file rapidbyte-demo/pipeline.yaml (written on the first go, yours to edit from then on), and compares "
                    + "every table on both sides. Stops the servers at the end, unless told to --keep them."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  ./rapidbyte demo",
            "  ./rapidbyte demo --keep      then, elsewhere: ./rapidbyte run rapidbyte-demo/pipeline.yaml",
            "",
            "Exit codes: those of run; 6 as well if the two sides differ."
        })
public final class DemoCommand implements Callable<Integer> {
    private final Root root;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--keep", description = "Leave the servers running until Enter or Ctrl-C.")
    private boolean keep;

    public DemoCommand(Root root) {
        this.root = root;
    }

    @Override
    public Integer call() throws PipelineException, IOException, SQLException {
        if (!onClassPath("io.zonky.test.db.postgres.embedded.EmbeddedPostgres")
                || !onClassPath("org.postgresql.Driver")) {
            throw new ParameterException(
                    spec.commandLine(),
                    "the demo's PostgreSQL servers are not on the class path; in a clone, start it as: ./rapidbyte demo");
        }
        return new Demo(root, keep).play();
    }

    private static boolean onClassPath(String type) {
        try {
            Class.forName(type, false, DemoCommand.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** The two sides hold different rows: the destination is not what it must be. */
    static final int EXIT_DIFFERENT = FailureKind.DESTINATION.exitCode();
}
