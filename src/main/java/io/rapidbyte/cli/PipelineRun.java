package io.rapidbyte.cli;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;

/** Runs a pipeline in front of a person: progress, Ctrl-C, summary. Main thread. */
public final class PipelineRun {
    private PipelineRun() {}

    /**
     * Runs to the end, whatever the outcome, and tells it.
     *
     * @param listener hears every event in order, on a thread of its own, before this returns
     */
    public static RunReport execute(EngineSession session, Pipeline pipeline, Root root, Consumer<RunEvent> listener)
            throws PipelineException {
        return execute(events -> session.engine().run(pipeline, events), root, listener);
    }

    /**
     * The same of a run of another kind.
     *
     * @param start starts it, with whom to tell its events
     */
    static RunReport execute(Function<Consumer<RunEvent>, RunHandle> start, Root root, Consumer<RunEvent> listener)
            throws PipelineException {
        Terminal terminal = root.terminal();
        AtomicBoolean leaving = new AtomicBoolean();
        RunReport report;
        try (Progress progress = Progress.start(terminal, root.logLevel());
                EventQueue events = new EventQueue(progress.andThen(listener))) {
            RunHandle handle = start.apply(events);
            try (Interrupts _ =
                    Interrupts.during(() -> cancel(handle, terminal), () -> stopAtOnce(terminal, leaving))) {
                report = EngineSession.await(handle.report());
            }
        }
        Summary.print(terminal, report, root.verbose());
        return report;
    }

    /** The exit code that belongs to a report. */
    public static int exitCode(RunReport report) {
        return switch (report.status()) {
            case SUCCEEDED -> 0;
            case CANCELLED -> FailureKind.CANCELLED.exitCode();
            case FAILED, SKIPPED ->
                report.failure().map(failure -> failure.kind().exitCode()).orElse(FailureKind.INTERNAL.exitCode());
        };
    }

    private static void cancel(RunHandle handle, Terminal terminal) {
        terminal.say("cancelling; again to stop at once");
        handle.cancel();
    }

    /** Leaves without waiting for the run; what others hooked to the exit is still done, until asked once more. */
    static void stopAtOnce(Terminal terminal, AtomicBoolean leaving) {
        terminal.say("stopped");
        if (leaving.getAndSet(true)) {
            Runtime.getRuntime().halt(FailureKind.CANCELLED.exitCode());
        }
        System.exit(FailureKind.CANCELLED.exitCode());
    }
}
