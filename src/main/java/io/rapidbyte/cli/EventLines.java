package io.rapidbyte.cli;

import io.rapidbyte.engine.RunEventJson;
import io.rapidbyte.model.RunEvent;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Writes the events of a run as lines of JSON, each flushed at once, to a file or standard output. */
final class EventLines implements Consumer<RunEvent>, AutoCloseable {
    /** Names standard output where a file is asked for. */
    static final String STANDARD_OUTPUT = "-";

    private final Consumer<String> to;
    private final Runnable onClose;

    private EventLines(Consumer<String> to, Runnable onClose) {
        this.to = to;
        this.onClose = onClose;
    }

    /** @param terminal whose standard output is meant by {@link #STANDARD_OUTPUT} */
    static EventLines open(String target, Terminal terminal) {
        if (target.equals(STANDARD_OUTPUT)) {
            return new EventLines(terminal::result, () -> {});
        }
        try {
            PrintStream file = new PrintStream(Files.newOutputStream(Path.of(target)), true, StandardCharsets.UTF_8);
            return new EventLines(file::println, file::close);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write events to " + target, e);
        }
    }

    @Override
    public void accept(RunEvent event) {
        to.accept(RunEventJson.encode(event).toString());
    }

    @Override
    public void close() {
        onClose.run();
    }
}
