package io.rapidbyte.cli;

import io.rapidbyte.state.DeadLetterQuery;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** How much a command lists at once. */
final class Pages {
    /** The most that {@code --limit} may ask for, of whatever is listed. */
    static final int MAX_LIMIT = DeadLetterQuery.MAX_LIMIT;

    private Pages() {}

    static void requireLimit(CommandSpec spec, int limit) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new ParameterException(spec.commandLine(), "--limit is 1 to " + MAX_LIMIT);
        }
    }
}
