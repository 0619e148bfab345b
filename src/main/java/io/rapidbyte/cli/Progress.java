package io.rapidbyte.cli;

import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.StreamReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Shows how far a run is: on a terminal a block redrawn in place, elsewhere a line now and then. Events
 * only leave numbers; a thread of its own draws.
 */
final class Progress implements Consumer<RunEvent>, AutoCloseable {
    /** Often enough to look alive, seldom enough to cost nothing. */
    private static final long REDRAW_MILLIS = 200;

    /** In a log file a line every so often shows that it lives. */
    private static final long LINE_MILLIS = 5_000;

    /** More running streams than this are only counted, so that the block fits a small window. */
    private static final int STREAMS_SHOWN = 8;

    /** Leaves room for the numbers on a line of 80. */
    private static final int NAME_WIDTH = 32;

    private record Running(long startedNanos, long rows, long bytes) {}

    private final Terminal terminal;
    private final LogLevel logLevel;
    private final Thread painter;
    private final long startedNanos = System.nanoTime();

    // guarded by this
    private final Map<String, Running> running = new LinkedHashMap<>();
    private int streams;
    private int finished;
    private long finishedRows;
    private long finishedBytes;

    Progress(Terminal terminal, LogLevel logLevel) {
        this.terminal = terminal;
        this.logLevel = logLevel;
        this.painter = Thread.ofPlatform().name("progress").daemon().start(this::paint);
    }

    private void paint() {
        try {
            while (true) {
                if (terminal.live()) {
                    terminal.redraw(block());
                    Thread.sleep(REDRAW_MILLIS);
                } else {
                    Thread.sleep(LINE_MILLIS);
                    terminal.note(total());
                }
            }
        } catch (InterruptedException e) {
            // closed: nothing more to show
        }
    }

    @Override
    public void accept(RunEvent event) {
        switch (event) {
            case RunEvent.RunStarted started -> begin(started);
            case RunEvent.StreamStarted started -> begin(started.streamName());
            case RunEvent.StreamProgress progress -> update(progress);
            case RunEvent.FrontierCommitted ignored -> {}
            case RunEvent.StreamRetrying retrying -> retry(retrying);
            case RunEvent.StreamFinished finishedStream -> end(finishedStream.report());
            case RunEvent.Log log -> log(log);
            case RunEvent.RunFinished ignored -> {}
        }
    }

    private synchronized void begin(RunEvent.RunStarted event) {
        streams = event.streams().size();
        terminal.note("running " + Text.printable(event.pipeline()) + ": " + Text.plural(streams, "stream"));
    }

    private synchronized void begin(String name) {
        running.put(name, new Running(System.nanoTime(), 0, 0));
    }

    private synchronized void update(RunEvent.StreamProgress event) {
        running.computeIfPresent(
                event.streamName(),
                (name, was) -> new Running(was.startedNanos(), event.rowsRead(), event.bytesRead()));
    }

    private void retry(RunEvent.StreamRetrying event) {
        terminal.note(terminal.style(Terminal.Style.YELLOW, "retrying: ")
                + Text.printable(event.streamName() + " in " + Text.wait(event.delay()) + ", for attempt "
                        + event.attempt() + " failed: " + event.message())
                + terminal.style(Terminal.Style.DIM, " [" + Text.printable(event.code()) + "]"));
    }

    private synchronized void end(StreamReport report) {
        running.remove(report.streamName());
        finished++;
        finishedRows += report.rowsRead();
        finishedBytes += report.bytesRead();
    }

    /** Warnings are told with the summary, where they are not scrolled away. */
    private void log(RunEvent.Log event) {
        LogLevel level = LogLevel.parse(event.level()).orElse(LogLevel.INFO);
        if (level != LogLevel.WARN && logLevel.includes(level)) {
            terminal.say(terminal.style(Logs.styleOf(level), level.word()) + " " + event.stage()
                    + event.streamName()
                            .map(name -> ", " + Text.printable(name))
                            .orElse("")
                    + ": " + Text.printable(event.message()));
        }
    }

    private synchronized List<String> block() {
        List<String> lines = new ArrayList<>();
        running.forEach((name, at) -> {
            if (lines.size() < STREAMS_SHOWN) {
                Duration age = Duration.ofNanos(System.nanoTime() - at.startedNanos());
                lines.add(String.format(
                        "  %-" + NAME_WIDTH + "s %12s rows %10s %11s rows/s",
                        Text.fit(Text.printable(name), NAME_WIDTH),
                        Text.count(at.rows()),
                        Text.size(at.bytes()),
                        Text.perSecond(at.rows(), age)));
            }
        });
        lines.add(terminal.style(Terminal.Style.DIM, total()));
        return lines;
    }

    private synchronized String total() {
        long rows = finishedRows
                + running.values().stream().mapToLong(Running::rows).sum();
        long bytes = finishedBytes
                + running.values().stream().mapToLong(Running::bytes).sum();
        return "  " + finished + " of " + Text.plural(streams, "stream") + " done, " + Text.plural(rows, "row") + ", "
                + Text.size(bytes) + ", " + Text.duration(Duration.ofNanos(System.nanoTime() - startedNanos));
    }

    /** Takes the block away; what follows is the summary. */
    @Override
    public void close() {
        painter.interrupt();
        try {
            painter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        terminal.redraw(List.of());
    }
}
