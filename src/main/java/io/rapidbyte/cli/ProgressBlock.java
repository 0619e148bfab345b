package io.rapidbyte.cli;

import io.rapidbyte.cli.Terminal.Style;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Lays streams out in a window: a line each, of as many columns as there is room for, the less important ones left out. Columns grow
 * but do not shrink, so that the lines stand still. Not thread-safe.
 */
final class ProgressBlock {
    private static final String INDENT = "  ";
    private static final String GAP = "  ";

    /** A name shorter than this names nothing. */
    private static final int SHORTEST_NAME = 8;

    /** A longer one would push the numbers out of sight. */
    private static final int LONGEST_NAME = 40;

    /** What a line can hold, in its order. */
    enum Column {
        ROWS(Table.Align.RIGHT, Style.PLAIN),
        PERCENT(Table.Align.RIGHT, Style.BOLD),
        PACE(Table.Align.RIGHT, Style.PLAIN),
        SIZE_PACE(Table.Align.RIGHT, Style.PLAIN),
        LEFT(Table.Align.RIGHT, Style.PLAIN),
        BOUND(Table.Align.LEFT, Style.DIM),
        RETRIES(Table.Align.LEFT, Style.YELLOW),
        REJECTED(Table.Align.LEFT, Style.RED);

        /** The first to stay where room is scarce. */
        private static final List<Column> BY_WEIGHT =
                List.of(ROWS, PERCENT, REJECTED, RETRIES, PACE, LEFT, BOUND, SIZE_PACE);

        private final Table.Align align;
        private final Style style;

        Column(Table.Align align, Style style) {
            this.align = align;
            this.style = style;
        }
    }

    /** A stream's line; what it has nothing to say of is missing. */
    record Line(String name, Map<Column, String> cells) {
        String cell(Column column) {
            return cells.getOrDefault(column, "");
        }
    }

    private final Terminal terminal;
    private final Map<Column, Integer> widths = new EnumMap<>(Column.class);

    ProgressBlock(Terminal terminal) {
        this.terminal = terminal;
    }

    /**
     * The lines of a frame; none is as wide as the window, and they are fewer than its rows.
     *
     * @param total what the last line says, most important first
     */
    List<String> lay(List<Line> lines, List<String> total) {
        WindowSize window = terminal.window();
        int room = window.columns() - 1;
        // The last row is the cursor's; the total always stands.
        int fitting = Math.max(0, window.rows() - 2);
        int shown = lines.size() <= fitting ? lines.size() : Math.max(0, fitting - 1);
        List<String> block = new ArrayList<>(rows(lines.subList(0, shown), room));
        if (shown < lines.size() && fitting > 0) {
            block.add(dim(Cells.fit(INDENT + "and " + (lines.size() - shown) + " more under way", room)));
        }
        block.add(dim(total(total, room)));
        return block;
    }

    private List<String> rows(List<Line> lines, int room) {
        for (Line line : lines) {
            line.cells().forEach((column, text) -> widths.merge(column, Cells.of(text), Math::max));
        }
        int longest =
                lines.stream().mapToInt(line -> Cells.of(line.name())).max().orElse(0);
        int name = Math.min(longest, SHORTEST_NAME);
        int used = INDENT.length() + name;
        Set<Column> chosen = EnumSet.noneOf(Column.class);
        for (Column column : Column.BY_WEIGHT) {
            int cost = GAP.length() + widths.getOrDefault(column, 0);
            if (widths.containsKey(column) && used + cost <= room) {
                chosen.add(column);
                used += cost;
            }
        }
        int nameWidth = Math.max(0, Math.min(Math.min(longest, LONGEST_NAME), name + room - used));
        return lines.stream().map(line -> row(line, nameWidth, chosen, room)).toList();
    }

    private String row(Line line, int nameWidth, Set<Column> chosen, int room) {
        String head = INDENT + Cells.pad(Cells.fit(line.name(), nameWidth), nameWidth, Table.Align.LEFT);
        StringBuilder row = new StringBuilder(Cells.head(head, room));
        for (Column column : chosen) {
            String cell = Cells.pad(line.cell(column), widths.getOrDefault(column, 0), column.align);
            row.append(GAP).append(terminal.style(column.style, cell));
        }
        return row.toString();
    }

    private static String total(List<String> parts, int room) {
        StringBuilder line = new StringBuilder(Cells.fit(INDENT + parts.getFirst(), room));
        for (String part : parts.subList(1, parts.size())) {
            String next = ", " + part;
            if (Cells.of(line + next) > room) {
                break;
            }
            line.append(next);
        }
        return line.toString();
    }

    private String dim(String text) {
        return terminal.style(Style.DIM, text);
    }
}
