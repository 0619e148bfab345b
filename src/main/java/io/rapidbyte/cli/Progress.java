package io.rapidbyte.cli;

import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.StreamReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Shows how far a run is: on a terminal a block redrawn in place, elsewhere a line now and then. Events
 * only leave numbers; a thread of its own draws.
 */
final class Progress implements Consumer<RunEvent>, AutoCloseable {
    /** Often enough to look alive, seldom enough to cost nothing. */
    private static final long REDRAW_MILLIS = 200;

    /** In a log file a line every so often shows that it lives. */
    private static final long LINE_MILLIS = 5_000;

    private final Terminal terminal;
    private final LogLevel logLevel;
    private final LongSupplier clock;
    private final long startedNanos;
    private final ProgressBlock block;
    private Optional<Thread> painter = Optional.empty();

    // guarded by this
    private final Map<String, StreamMeter> running = new LinkedHashMap<>();
    private int streams;
    private int finished;
    private long finishedRows;
    private long finishedBytes;
    private long finishedRejected;
    private int retries;

    /** Draws nothing by itself. {@code clock} gives nanoseconds. */
    Progress(Terminal terminal, LogLevel logLevel, LongSupplier clock) {
        this.terminal = terminal;
        this.logLevel = logLevel;
        this.clock = clock;
        this.startedNanos = clock.getAsLong();
        this.block = new ProgressBlock(terminal);
    }

    /** Draws until it is closed. */
    static Progress start(Terminal terminal, LogLevel logLevel) {
        Progress progress = new Progress(terminal, logLevel, System::nanoTime);
        progress.painter =
                Optional.of(Thread.ofPlatform().name("progress").daemon().start(progress::keepPainting));
        return progress;
    }

    private void keepPainting() {
        try {
            while (true) {
                if (terminal.live()) {
                    paint();
                    Thread.sleep(REDRAW_MILLIS);
                } else {
                    Thread.sleep(LINE_MILLIS);
                    paint();
                }
            }
        } catch (InterruptedException e) {
            // closed: nothing more to show
        }
    }

    /** Shows what is known now. */
    void paint() {
        if (terminal.live()) {
            terminal.redraw(block());
        } else {
            terminal.note("  " + String.join(", ", total()));
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
        running.put(name, new StreamMeter(clock.getAsLong()));
    }

    private synchronized void update(RunEvent.StreamProgress event) {
        StreamMeter meter = running.get(event.streamName());
        if (meter != null) {
            meter.progressed(event, clock.getAsLong());
        }
    }

    private void retry(RunEvent.StreamRetrying event) {
        synchronized (this) {
            retries++;
            running.computeIfPresent(event.streamName(), (name, meter) -> {
                meter.retried();
                return meter;
            });
        }
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
        finishedRejected += report.rowsRejected();
    }

    /** Warnings are told with the summary, where they are not scrolled away. */
    private void log(RunEvent.Log event) {
        LogLevel level = LogLevel.parse(event.level()).orElse(LogLevel.INFO);
        if (terminal.format() == LogFormat.JSON && logLevel.includes(level)) {
            terminal.log(LogLine.of(event));
        } else if (level != LogLevel.WARN && logLevel.includes(level)) {
            terminal.say(terminal.style(Logs.styleOf(level), level.word()) + " " + event.stage()
                    + event.streamName()
                            .map(name -> ", " + Text.printable(name))
                            .orElse("")
                    + ": " + Text.printable(event.message()));
        }
    }

    private synchronized List<String> block() {
        long now = clock.getAsLong();
        List<ProgressBlock.Line> lines = new ArrayList<>();
        running.forEach((name, meter) -> lines.add(line(name, meter, now)));
        return block.lay(lines, total());
    }

    private static ProgressBlock.Line line(String name, StreamMeter meter, long now) {
        Map<ProgressBlock.Column, String> cells = new EnumMap<>(ProgressBlock.Column.class);
        cells.put(ProgressBlock.Column.ROWS, Text.plural(meter.rows(), "row"));
        meter.percent().ifPresent(percent -> cells.put(ProgressBlock.Column.PERCENT, percent + " %"));
        if (meter.rows() > 0) {
            cells.put(ProgressBlock.Column.PACE, Text.count(Math.round(meter.rowsPerSecond(now))) + "/s");
            cells.put(ProgressBlock.Column.SIZE_PACE, sizePace(meter.bytesPerSecond(now)));
        }
        meter.left(now).ifPresent(left -> cells.put(ProgressBlock.Column.LEFT, "eta " + Text.brief(left)));
        meter.limitedBy().ifPresent(stage -> cells.put(ProgressBlock.Column.BOUND, stage + "-bound"));
        if (meter.retries() > 0) {
            cells.put(ProgressBlock.Column.RETRIES, "retry " + meter.retries());
        }
        if (meter.rejected() > 0) {
            cells.put(ProgressBlock.Column.REJECTED, Text.count(meter.rejected()) + " rejected");
        }
        return new ProgressBlock.Line(Text.printable(name).replace('\n', ' ').replace('\t', ' '), cells);
    }

    private static String sizePace(double bytesPerSecond) {
        return Text.megabytes(Math.round(bytesPerSecond)) + " MB/s";
    }

    /** What the run as a whole has come to, most important first. */
    private synchronized List<String> total() {
        long now = clock.getAsLong();
        long rows = finishedRows;
        long bytes = finishedBytes;
        long rejected = finishedRejected;
        double pace = 0;
        double sizePace = 0;
        Optional<Long> expected = finished + running.size() == streams ? Optional.of(finishedRows) : Optional.empty();
        for (StreamMeter meter : running.values()) {
            rows += meter.rows();
            bytes += meter.bytes();
            rejected += meter.rejected();
            pace += meter.rowsPerSecond(now);
            sizePace += meter.bytesPerSecond(now);
            expected = expected.flatMap(sum -> meter.expected().map(more -> sum + more));
        }
        expected = expected.filter(sum -> sum > 0);
        List<String> parts = new ArrayList<>();
        parts.add(finished + " of " + Text.plural(streams, "stream") + " done");
        parts.add(Text.plural(rows, "row"));
        if (!running.isEmpty() && rows > 0) {
            StreamMeter.percent(rows, expected).ifPresent(percent -> parts.add(percent + " %"));
            parts.add(Text.count(Math.round(pace)) + " rows/s");
            StreamMeter.left(rows, expected, pace).ifPresent(left -> parts.add("eta " + Text.brief(left)));
            parts.add(sizePace(sizePace));
        }
        if (retries > 0) {
            parts.add(retries == 1 ? "1 retry" : retries + " retries");
        }
        if (rejected > 0) {
            parts.add(Text.count(rejected) + " rejected");
        }
        parts.add(Text.size(bytes));
        parts.add(Text.duration(Duration.ofNanos(now - startedNanos)));
        limits().ifPresent(parts::add);
        return parts;
    }

    /** Of a single stream, which has no line of its own where there is no terminal. */
    private Optional<String> limits() {
        return !terminal.live() && running.size() == 1
                ? running.values().iterator().next().limitedBy().map(stage -> stage + "-bound")
                : Optional.empty();
    }

    /** Takes the block away; what follows is the summary. */
    @Override
    public void close() {
        painter.ifPresent(Progress::end);
        terminal.redraw(List.of());
    }

    private static void end(Thread painter) {
        painter.interrupt();
        try {
            painter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
