package io.rapidbyte.server;

import io.rapidbyte.engine.ReportJson;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.function.Consumer;

/** Writes into the log what runs tell; each line belongs to its run, stream and stage. On the server's event loop. */
final class RunLog implements Consumer<RunEvent> {
    static final String LOGGER = "io.rapidbyte.runs";

    private static final Logger LOG = System.getLogger(LOGGER);

    @Override
    public void accept(RunEvent event) {
        LogScope run = LogScope.of(event.runId());
        switch (event) {
            case RunEvent.RunStarted e -> write(run, Level.INFO, "run " + e.runId() + " of " + e.pipeline() + " began");
            case RunEvent.StreamRetrying e ->
                write(
                        run.stream(e.streamName()),
                        Level.WARNING,
                        "attempt " + e.attempt() + " at stream " + e.streamName() + " failed and is repeated: "
                                + e.message());
            case RunEvent.Log e ->
                write(
                        new LogScope(e.runId(), e.streamName(), Optional.of(e.stage())),
                        level(e.level()),
                        e.stage() + ": " + e.message());
            case RunEvent.StreamFinished e -> ended(run.stream(e.report().streamName()), e.report());
            case RunEvent.RunFinished e -> ended(run, e.report());
            case RunEvent.StreamStarted _, RunEvent.StreamProgress _, RunEvent.FrontierCommitted _ -> {}
        }
    }

    private static void ended(LogScope stream, StreamReport report) {
        write(
                stream,
                Level.INFO,
                "stream " + report.streamName() + " has ended: " + ReportJson.word(report.status()) + "; "
                        + report.rowsWritten() + " rows written");
    }

    private static void ended(LogScope run, RunReport report) {
        write(
                run,
                report.status() == RunStatus.FAILED ? Level.ERROR : Level.INFO,
                "run " + report.runId() + " of " + report.pipeline() + " has ended: " + ReportJson.word(report.status())
                        + report.failure()
                                .map(Failure::error)
                                .map(ConnectorError::message)
                                .map(why -> "; " + why)
                                .orElse(""));
    }

    private static Level level(String word) {
        return switch (word) {
            case "error" -> Level.ERROR;
            case "warn" -> Level.WARNING;
            case "debug" -> Level.DEBUG;
            case "trace" -> Level.TRACE;
            default -> Level.INFO;
        };
    }

    private static void write(LogScope scope, Level level, String line) {
        scope.run(() -> LOG.log(level, line));
    }
}
