package io.rapidbyte.cli;

import io.rapidbyte.config.PipelineException;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Problem;
import java.util.List;
import java.util.Optional;

/** Says what went wrong, once, with what to do next. */
public final class Failures {
    private Failures() {}

    /** Tells of what a command threw, on the terminal and, if asked for, as JSON. The exit code. */
    static int tell(Root root, String command, Exception e) {
        return switch (e) {
            case PipelineException bad -> problems(root, command, bad.problems());
            case FailureException failed -> failure(root, command, failed.failure());
            case Cancelled cancelled -> cancelled(root, command);
            default -> defect(root, command, e);
        };
    }

    /** All problems of a file, then how many there are. */
    static int problems(Root root, String command, List<Problem> problems) {
        problems.forEach(p -> root.terminal().say(Text.printable(p.toString())));
        root.terminal().say(red(root, Text.plural(problems.size(), "problem")) + "; nothing was started");
        if (root.json()) {
            root.terminal().json(Json.problems(command, problems));
        }
        return FailureKind.CONFIG.exitCode();
    }

    private static int failure(Root root, String command, Failure failure) {
        describe(root.terminal(), failure);
        if (root.json()) {
            root.terminal().json(Json.failed(command, failure));
        }
        return failure.kind().exitCode();
    }

    private static int cancelled(Root root, String command) {
        root.terminal().say("cancelled");
        if (root.json()) {
            root.terminal().json(Json.cancelled(command));
        }
        return FailureKind.CANCELLED.exitCode();
    }

    private static int defect(Root root, String command, Exception e) {
        root.terminal().say(red(root, "failed: ") + "a defect in Rapidbyte itself; please report it with these lines");
        root.terminal().say(Text.trace(e, true));
        if (root.json()) {
            root.terminal().json(Json.defect(command, e));
        }
        return FailureKind.INTERNAL.exitCode();
    }

    private static String red(Root root, String text) {
        return root.terminal().style(Terminal.Style.RED, text);
    }

    /** The failure and the advice, each a line. */
    static void describe(Terminal terminal, Failure failure) {
        StringBuilder where = new StringBuilder();
        failure.stage().ifPresent(stage -> where.append(stage));
        failure.streamName()
                .ifPresent(name ->
                        where.append(where.isEmpty() ? "stream " : ", stream ").append(name));
        ConnectorError error = failure.error();
        terminal.say(terminal.style(Terminal.Style.RED, Text.word(failure.kind()) + " failure: ")
                + Text.printable(where.isEmpty() ? error.message() : where + ": " + error.message())
                + terminal.style(Terminal.Style.DIM, " [" + Text.printable(error.code()) + "]"));
        terminal.say("  " + advice(failure));
        commitAdvice(error).ifPresent(line -> terminal.say("  " + line));
    }

    private static String advice(Failure failure) {
        String retry = failure.error().retryable() && failure.error().safeToRetry()
                ? " It may be gone by itself: running again is safe."
                : "";
        return switch (failure.kind()) {
            case INTERNAL -> "This is a defect of Rapidbyte or of the connector; please report it, with -vv.";
            case USAGE -> "See rapidbyte --help.";
            case CONFIG -> "Mend the pipeline file or the connector's settings, then try: rapidbyte check";
            case SCHEMA -> "Compare the streams and columns of the pipeline with: rapidbyte discover";
            case SOURCE -> "Look at the source: its address, its login, its rights." + retry;
            case DESTINATION -> "Look at the destination: its address, its login, its rights, its space." + retry;
            case STATE -> "Look whether Rapidbyte's state can be read and written, and by nobody else." + retry;
            case TRANSFORM -> "Look at the transform's settings and at the rows it was given." + retry;
            case CANCELLED -> "Run again: streams go on behind their last checkpoint.";
        };
    }

    private static Optional<String> commitAdvice(ConnectorError error) {
        return error.commitState()
                .filter(state -> state == CommitState.AFTER_COMMIT_UNKNOWN)
                .map(
                        state ->
                                "The destination may or may not have kept the last rows; one that keeps receipts is asked before the next run writes.");
    }
}
