package io.rapidbyte.cli;

import io.rapidbyte.engine.Difference;
import io.rapidbyte.engine.StreamVerdict;
import io.rapidbyte.engine.VerifyReport;
import io.rapidbyte.model.RepairSummary;

/** What a verification found, for people. */
final class VerifySummary {
    private VerifySummary() {}

    /** A table of streams, then what there is to say of each. Equality alone is not told to the quiet. */
    static void print(Terminal terminal, VerifyReport report, int shown) {
        boolean allWell = VerifyCommand.exitCode(report) == 0;
        table(report).lines().forEach(line -> tell(terminal, line, allWell));
        for (StreamVerdict stream : report.streams()) {
            stream.notes()
                    .forEach(note -> terminal.note(terminal.style(Terminal.Style.YELLOW, "note: ")
                            + Text.printable(stream.streamName() + ": " + note)));
            stream.repaired()
                    .ifPresent(
                            repaired -> terminal.note(Text.printable(stream.streamName()) + ": " + changes(repaired)));
            differences(terminal, stream, shown);
            stream.failure().ifPresent(failure -> Failures.describe(terminal, failure));
        }
    }

    private static void tell(Terminal terminal, String line, boolean quietly) {
        if (quietly) {
            terminal.note(line);
        } else {
            terminal.say(line);
        }
    }

    private static Table table(VerifyReport report) {
        Table table = new Table()
                .column("stream", Table.Align.LEFT)
                .column("source rows", Table.Align.RIGHT)
                .column("target rows", Table.Align.RIGHT)
                .column("ranges", Table.Align.RIGHT)
                .column("differing keys", Table.Align.RIGHT)
                .column("seconds", Table.Align.RIGHT)
                .column("verdict", Table.Align.LEFT);
        for (StreamVerdict stream : report.streams()) {
            table.row(
                    stream.streamName(),
                    Text.count(stream.sourceRows()),
                    Text.count(stream.targetRows()),
                    Text.count(stream.ranges()),
                    differing(stream),
                    String.format("%.1f", Text.seconds(stream.duration())),
                    Text.word(stream.status()));
        }
        return table;
    }

    private static String differing(StreamVerdict stream) {
        return switch (stream.status()) {
            case FAILED -> "-";
            case EQUAL, REPAIRED -> "0";
            case DIFFERENT -> {
                if (stream.differences().isEmpty()) {
                    yield "?";
                }
                yield Text.count(stream.differences().size()) + (stream.complete() ? "" : " or more");
            }
        };
    }

    private static String changes(RepairSummary repaired) {
        return "repaired: " + Text.plural(repaired.inserted(), "row") + " inserted, " + Text.count(repaired.updated())
                + " updated, " + Text.count(repaired.deleted()) + " deleted";
    }

    private static void differences(Terminal terminal, StreamVerdict stream, int shown) {
        for (Difference difference : stream.differences().stream().limit(shown).toList()) {
            terminal.say("  " + Text.printable(stream.streamName()) + " "
                    + Text.printable(String.join(", ", difference.key())) + ": " + word(difference.kind()));
        }
        int more = stream.differences().size() - shown;
        if (more > 0) {
            terminal.say("  and " + Text.count(more) + " more: --show N");
        }
    }

    private static String word(Difference.Kind kind) {
        return switch (kind) {
            case MISSING -> "missing in the target";
            case EXTRA -> "only in the target";
            case DIFFERENT -> "different";
            case SURPLUS -> "more than once in the target";
        };
    }
}
