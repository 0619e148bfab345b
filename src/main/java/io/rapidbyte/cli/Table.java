package io.rapidbyte.cli;

import java.util.ArrayList;
import java.util.List;

/** A table of text, as wide as its content. Numbers go to the right, words to the left. */
public final class Table {
    private static final String GAP = "  ";

    /** To which side a column's cells are pushed. */
    public enum Align {
        LEFT,
        RIGHT
    }

    private record Head(String title, Align align) {}

    private final List<Head> heads = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    public Table column(String title, Align align) {
        heads.add(new Head(title, align));
        return this;
    }

    /** Adds a row with one cell for each column. */
    public Table row(String... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + heads.size() + " columns");
        }
        List<String> row = new ArrayList<>();
        for (String cell : cells) {
            row.add(Text.printable(cell).replace('\n', ' ').replace('\t', ' '));
        }
        rows.add(row);
        return this;
    }

    /** The head and the rows, a line each, without spaces at their ends. */
    public List<String> lines() {
        List<List<String>> all = new ArrayList<>();
        all.add(heads.stream().map(Head::title).toList());
        all.addAll(rows);
        int[] widths = new int[heads.size()];
        for (List<String> row : all) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(row.get(i)));
            }
        }
        return all.stream().map(row -> line(row, widths)).toList();
    }

    private String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String cell = row.get(i);
            String padding = " ".repeat(widths[i] - width(cell));
            line.append(i == 0 ? "" : GAP).append(heads.get(i).align() == Align.LEFT ? cell + padding : padding + cell);
        }
        return line.toString().stripTrailing();
    }

    private static int width(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
