package io.rapidbyte.cli;

import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What became of a run, for people. */
final class Summary {
    /** As the rows go. */
    private static final Comparator<String> STAGE_ORDER = Comparator.<String>comparingInt(
                    stage -> stage.startsWith("source") ? 0 : stage.startsWith("destination") ? 2 : 1)
            .thenComparing(Comparator.naturalOrder());

    private Summary() {}

    /** A table of streams, warnings, and the failure where there was one. A run that succeeded is not told to the quiet. */
    static void print(Terminal terminal, RunReport report, boolean verbose) {
        table(report).forEach(terminal::note);
        if (verbose) {
            report.streams().forEach(stream -> timings(terminal, stream));
        }
        alterations(terminal, report, verbose);
        for (StreamReport stream : report.streams()) {
            for (String warning : stream.warnings()) {
                terminal.note(terminal.style(Terminal.Style.YELLOW, "warning: ")
                        + Text.printable(stream.streamName() + ": " + warning));
            }
        }
        for (StreamReport stream : report.streams()) {
            story(stream).ifPresent(line -> terminal.note(Text.printable(stream.streamName() + ": " + line)));
        }
        terminal.note(verdict(terminal, report));
        report.failure().ifPresent(failure -> Failures.describe(terminal, failure));
        for (StreamReport stream : report.streams()) {
            stream.failure()
                    .filter(failure -> !report.failure().equals(stream.failure()))
                    .filter(failure -> stream.status() == RunStatus.FAILED)
                    .ifPresent(failure -> Failures.describe(terminal, failure));
        }
    }

    /** Statements are long, and the run's record keeps them. */
    private static void alterations(Terminal terminal, RunReport report, boolean verbose) {
        int count = 0;
        for (StreamReport stream : report.streams()) {
            count += stream.schemaChanges().size();
            if (verbose) {
                stream.schemaChanges()
                        .forEach(change -> terminal.note(Text.printable(stream.streamName() + ": altered: " + change)));
            }
        }
        if (count > 0 && !verbose) {
            terminal.note(
                    "altered the destination by " + Text.plural(count, "statement") + "; -v and runs show tell them");
        }
    }

    /** What a row of numbers cannot tell: where the stream went on, how often it was tried, what it left out. */
    private static Optional<String> story(StreamReport stream) {
        List<String> parts = new ArrayList<>();
        stream.continuedFrom().ifPresent(rows -> parts.add("continued from row " + Text.count(rows)));
        if (stream.attempts() > 1) {
            parts.add("took " + stream.attempts() + " attempts");
        }
        if (stream.rowsRejected() > 0) {
            parts.add(Text.plural(stream.rowsRejected(), "row") + " rejected");
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
    }

    private static List<String> table(RunReport report) {
        Table table = new Table()
                .column("stream", Table.Align.LEFT)
                .column("rows", Table.Align.RIGHT)
                .column("MB", Table.Align.RIGHT)
                .column("seconds", Table.Align.RIGHT)
                .column("rows/s", Table.Align.RIGHT)
                .column("status", Table.Align.LEFT);
        for (StreamReport stream : report.streams()) {
            // what the destination kept, which is what a person means by rows
            long rows = stream.rowsWritten();
            table.row(
                    stream.streamName(),
                    Text.count(rows),
                    Text.megabytes(stream.bytesRead()),
                    String.format("%.1f", Text.seconds(stream.duration())),
                    Text.perSecond(rows, stream.duration()),
                    Text.word(stream.status()));
        }
        return table.lines();
    }

    private static String verdict(Terminal terminal, RunReport report) {
        long rows =
                report.streams().stream().mapToLong(StreamReport::rowsWritten).sum();
        long bytes =
                report.streams().stream().mapToLong(StreamReport::bytesRead).sum();
        String totals = Text.plural(rows, "row") + ", " + Text.size(bytes) + " in " + Text.duration(report.duration())
                + " (" + Text.perSecond(rows, report.duration()) + " rows/s)";
        return terminal.style(styleOf(report.status()), ending(report)) + ": " + totals;
    }

    private static String ending(RunReport report) {
        long rejected =
                report.streams().stream().mapToLong(StreamReport::rowsRejected).sum();
        return report.status() == RunStatus.SUCCEEDED && rejected > 0
                ? "completed with " + Text.plural(rejected, "rejected row")
                : Text.word(report.status());
    }

    private static Terminal.Style styleOf(RunStatus status) {
        return switch (status) {
            case SUCCEEDED -> Terminal.Style.GREEN;
            case FAILED -> Terminal.Style.RED;
            case CANCELLED, SKIPPED -> Terminal.Style.YELLOW;
        };
    }

    /** Where the time went: the bottleneck in words, then each stage's times, the longest first. */
    private static void timings(Terminal terminal, StreamReport stream) {
        stream.bottleneck()
                .ifPresent(bottleneck ->
                        terminal.note("time in " + Text.printable(stream.streamName()) + ": " + bottleneck));
        Map<String, Map<String, Duration>> stages = new TreeMap<>(STAGE_ORDER);
        stream.timings().forEach((key, time) -> {
            int dot = key.indexOf('.');
            stages.computeIfAbsent(key.substring(0, dot), stage -> new HashMap<>())
                    .put(key.substring(dot + 1), time);
        });
        stages.forEach((stage, times) -> terminal.note("  " + stageLine(stage, times)));
    }

    private static String stageLine(String stage, Map<String, Duration> times) {
        Duration total = Optional.ofNullable(times.remove("total")).orElse(Duration.ZERO);
        Optional<Duration> cpu = Optional.ofNullable(times.remove("cpu"));
        String parts = times.entrySet().stream()
                .sorted(Map.Entry.<String, Duration>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(part -> part.getKey() + " " + Text.wait(part.getValue()))
                .collect(Collectors.joining(", "));
        return stage + " " + Text.wait(total)
                + cpu.map(time -> " (" + Text.wait(time) + " of CPU)").orElse("") + ": " + parts;
    }
}
