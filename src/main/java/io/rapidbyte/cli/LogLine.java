package io.rapidbyte.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.RunEvent;
import java.time.Instant;
import java.util.logging.LogRecord;

/**
 * Log lines as JSON objects. Each has {@code at}, {@code level}, {@code logger} and {@code message}; what is known of {@code run_id},
 * {@code stream}, {@code stage} and {@code thread} stands with it. Field names are an API: they are added, never renamed.
 */
final class LogLine {
    /** The logger of what we say to people. */
    private static final String OURSELVES = "rapidbyte";

    /** That of what connectors say. */
    private static final String CONNECTOR = "rapidbyte.connector";

    private LogLine() {}

    private static ObjectNode of(Instant at, LogLevel level, String logger, String message) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("at", at.toString())
                .put("level", level.word())
                .put("logger", logger)
                .put("message", message);
    }

    /** What we say to people. */
    static ObjectNode said(String message) {
        return of(Instant.now(), LogLevel.INFO, OURSELVES, message);
    }

    /** What a connector logged. */
    static ObjectNode of(RunEvent.Log event) {
        LogLevel level = LogLevel.parse(event.level()).orElse(LogLevel.INFO);
        ObjectNode line = of(event.at(), level, CONNECTOR, event.message()).put("run_id", event.runId());
        event.streamName().ifPresent(stream -> line.put("stream", stream));
        return line.put("stage", event.stage());
    }

    /** What we or a library logged. On the thread that did. */
    static ObjectNode of(LogRecord record, String message) {
        String logger = record.getLoggerName() == null ? "" : record.getLoggerName();
        ObjectNode line = of(record.getInstant(), LogLevel.of(record.getLevel()), logger, message)
                .put("thread", Thread.currentThread().getName());
        LogScope.current().ifPresent(scope -> {
            line.put("run_id", scope.runId());
            scope.streamName().ifPresent(stream -> line.put("stream", stream));
            scope.stage().ifPresent(stage -> line.put("stage", stage));
        });
        if (record.getThrown() != null) {
            line.put("error", Text.trace(record.getThrown(), true));
        }
        return line;
    }
}
