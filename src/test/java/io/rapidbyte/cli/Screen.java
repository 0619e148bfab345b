package io.rapidbyte.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A terminal's window, as far as our output needs one: text, wrapping, scrolling and the codes that we send. */
final class Screen {
    private final int columns;
    private final List<char[]> rows = new ArrayList<>();
    private int row;
    private int column;

    /** Lines that went on in the next row. */
    private int wraps;

    /** Rows that scrolled out of the window. */
    private final List<String> above = new ArrayList<>();

    Screen(int columns, int height) {
        this.columns = columns;
        for (int i = 0; i < height; i++) {
            rows.add(blank());
        }
    }

    private char[] blank() {
        char[] blank = new char[columns];
        Arrays.fill(blank, ' ');
        return blank;
    }

    void write(String output) {
        for (int i = 0; i < output.length(); i++) {
            char c = output.charAt(i);
            switch (c) {
                case '\r' -> column = 0;
                case '\n' -> down();
                case '\u001b' -> {
                    int end = i + 2;
                    while (!Character.isLetter(output.charAt(end))) {
                        end++;
                    }
                    code(output.charAt(end), output.substring(i + 2, end));
                    i = end;
                }
                default -> put(c);
            }
        }
    }

    private void put(char c) {
        if (column == columns) {
            wraps++;
            column = 0;
            down();
        }
        rows.get(row)[column++] = c;
    }

    private void down() {
        if (row + 1 < rows.size()) {
            row++;
        } else {
            above.add(new String(rows.removeFirst()));
            rows.add(blank());
        }
    }

    private void code(char what, String argument) {
        switch (what) {
            case 'A' -> row = Math.max(0, row - Integer.parseInt(argument));
            case 'K' -> Arrays.fill(rows.get(row), Math.min(column, columns - 1), columns, ' ');
            case 'J' -> {
                Arrays.fill(rows.get(row), Math.min(column, columns - 1), columns, ' ');
                rows.subList(row + 1, rows.size()).replaceAll(old -> blank());
            }
            case 'm' -> {}
            default -> throw new AssertionError("a code that is not ours: " + argument + what);
        }
    }

    int wraps() {
        return wraps;
    }

    /** All that was written and not erased, scrolled out or not, without blanks at ends. */
    String text() {
        List<String> all = new ArrayList<>(above);
        rows.forEach(chars -> all.add(new String(chars)));
        return all.stream()
                .map(String::stripTrailing)
                .collect(Collectors.joining("\n"))
                .stripTrailing();
    }
}
