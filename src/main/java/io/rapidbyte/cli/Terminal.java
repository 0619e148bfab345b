package io.rapidbyte.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Standard output for results, standard error for people. Lines and a block that is redrawn in place
 * share standard error without tearing each other. Safe on any thread.
 */
public final class Terminal {
    private static final String ERASE_REST_OF_LINE = "\u001b[K";
    private static final String ERASE_BELOW = "\u001b[J";
    private static final String CURSOR_UP = "\r\u001b[";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean live;
    private final boolean colour;
    private final boolean quiet;
    private final Supplier<WindowSize> window;
    private final LogFormat format;

    /** What stands below the last line and is redrawn; guarded by this. */
    private List<String> block = List.of();

    /** @param window asked before each drawing, if the terminal is live */
    Terminal(
            PrintStream out,
            PrintStream err,
            boolean live,
            boolean colour,
            boolean quiet,
            Supplier<WindowSize> window,
            LogFormat format) {
        this.window = window;
        this.format = format;
        this.out = out;
        this.err = err;
        this.live = live;
        this.colour = colour;
        this.quiet = quiet;
    }

    /** How a piece of text looks. */
    public enum Style {
        PLAIN(""),
        BOLD("1"),
        DIM("2"),
        RED("31"),
        GREEN("32"),
        YELLOW("33");

        private final String code;

        Style(String code) {
            this.code = code;
        }
    }

    public String style(Style style, String text) {
        return colour && style != Style.PLAIN ? "\u001b[" + style.code + "m" + text + "\u001b[0m" : text;
    }

    /** Whether lines can be redrawn. */
    boolean live() {
        return live && !quiet;
    }

    boolean quiet() {
        return quiet;
    }

    LogFormat format() {
        return format;
    }

    /** A line for people, said even when they asked for quiet. */
    public void say(String line) {
        switch (format) {
            case TEXT -> print(line);
            case JSON -> log(LogLine.said(line.strip()));
        }
    }

    /** A log line that is an object. */
    void log(ObjectNode line) {
        print(line.toString());
    }

    private synchronized void print(String line) {
        String back = backToBlock();
        write(back.isEmpty() ? back : back + ERASE_BELOW, line + System.lineSeparator());
    }

    /** A line for people who have not asked for quiet. */
    public void note(String line) {
        if (!quiet) {
            say(line);
        }
    }

    /** A line of the result itself. */
    public synchronized void result(String line) {
        String back = backToBlock();
        if (!back.isEmpty()) {
            // Both may end in one terminal.
            err.print(back + ERASE_BELOW);
            err.flush();
        }
        out.println(line);
        out.flush();
        write("", "");
    }

    /** The result for machines, as one line. */
    public void json(JsonNode node) {
        result(node.toString());
    }

    /** Puts {@code lines} in place of the block drawn before. Each should be narrower than the window. */
    synchronized void redraw(List<String> lines) {
        String back = backToBlock();
        block = new ArrayList<>(lines);
        write(back, "");
    }

    /** In one piece, so that no terminal shows half of it. */
    private void write(String back, String above) {
        StringBuilder frame = new StringBuilder(back).append(above);
        for (String line : block) {
            frame.append(line).append(ERASE_REST_OF_LINE).append(System.lineSeparator());
        }
        // What stood below: lines that there are no more of.
        err.print(back.isEmpty() ? frame : frame.append(ERASE_BELOW));
        err.flush();
    }

    /** Where the block begins. A window that has become narrower has broken its lines. */
    private String backToBlock() {
        if (block.isEmpty()) {
            return "";
        }
        int columns = window.get().columns();
        int rows = block.stream()
                .mapToInt(line -> Math.max(1, Math.ceilDiv(Cells.of(line), columns)))
                .sum();
        return CURSOR_UP + rows + "A";
    }

    /** What it shows now. */
    WindowSize window() {
        return window.get();
    }
}
