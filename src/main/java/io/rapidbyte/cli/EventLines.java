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

    private final PrintStream to;
    private final boolean owned;

    private EventLines(PrintStream to, boolean owned) {
        this.to = to;
        this.owned = owned;
    }

    static EventLines open(String target, PrintStream out) {
        if (target.equals(STANDARD_OUTPUT)) {
            return new EventLines(out, false);
        }
        try {
            return new EventLines(
                    new PrintStream(Files.newOutputStream(Path.of(target)), true, StandardCharsets.UTF_8), true);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write events to " + target, e);
        }
    }

    @Override
    public void accept(RunEvent event) {
        to.println(RunEventJson.encode(event));
        to.flush();
    }

    @Override
    public void close() {
        if (owned) {
            to.close();
        }
    }
}
