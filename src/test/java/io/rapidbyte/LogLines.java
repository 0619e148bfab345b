package io.rapidbyte;

import io.rapidbyte.model.LogScope;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a logger says while this is open. */
public final class LogLines extends Handler implements AutoCloseable {
    /** A line, and for whom it was logged. */
    public record Line(String message, Optional<LogScope> scope) {}

    private final List<Line> lines = new CopyOnWriteArrayList<>();
    private final Logger log;
    private final Level before;

    private LogLines(Logger log) {
        this.log = log;
        this.before = log.getLevel();
    }

    public static LogLines of(String logger) {
        LogLines lines = new LogLines(Logger.getLogger(logger));
        lines.log.setLevel(Level.INFO);
        lines.log.addHandler(lines);
        return lines;
    }

    public List<String> lines() {
        return lines.stream().map(Line::message).toList();
    }

    /** For whom each line was logged. */
    public List<Line> scoped() {
        return List.copyOf(lines);
    }

    @Override
    public void publish(LogRecord line) {
        lines.add(new Line(line.getMessage(), LogScope.current()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        log.removeHandler(this);
        log.setLevel(before);
    }
}
