package io.rapidbyte.cli;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Sends java.util.logging, where every library's logs end, to the terminal in one line each, compact or JSON. */
final class Logs extends Handler {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    /** Held here, because java.util.logging forgets the level of a logger that nobody holds. */
    private static final Logger OURS = Logger.getLogger("io.rapidbyte");

    private final Terminal terminal;
    private final SimpleFormatter messages = new SimpleFormatter();

    private Logs(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Ours log from {@code level} on, libraries from warnings on at the most, until someone asks to trace. */
    static void configure(LogLevel level, Terminal terminal) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        boolean librariesToo = level == LogLevel.ERROR || level == LogLevel.TRACE;
        root.setLevel(librariesToo ? level.level() : Level.WARNING);
        OURS.setLevel(level.level());
        Logs handler = new Logs(terminal);
        handler.setLevel(Level.ALL);
        root.addHandler(handler);
    }

    @Override
    public void publish(LogRecord record) {
        if (terminal.format() == LogFormat.JSON) {
            terminal.log(LogLine.of(record, Text.printable(messages.formatMessage(record))));
            return;
        }
        LogLevel level = LogLevel.of(record.getLevel());
        String name = record.getLoggerName() == null ? "" : record.getLoggerName();
        String line = TIME.format(LocalTime.ofInstant(record.getInstant(), ZoneId.systemDefault()))
                + " " + terminal.style(styleOf(level), String.format("%-5s", level.word()))
                + " " + name.substring(name.lastIndexOf('.') + 1)
                + ": " + Text.printable(messages.formatMessage(record));
        terminal.say(line);
        Throwable thrown = record.getThrown();
        if (thrown != null) {
            terminal.say(Text.trace(thrown, OURS.isLoggable(Level.FINE)));
        }
    }

    static Terminal.Style styleOf(LogLevel level) {
        return switch (level) {
            case ERROR -> Terminal.Style.RED;
            case WARN -> Terminal.Style.YELLOW;
            case INFO -> Terminal.Style.PLAIN;
            case DEBUG, TRACE -> Terminal.Style.DIM;
        };
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
