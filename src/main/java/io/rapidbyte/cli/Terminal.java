package io.rapidbyte.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Standard output for results, standard error for people. Lines and a block that is redrawn in place
 * share standard error without tearing each other. Safe on any thread.
 */
public final class Terminal {
    private static final String ERASE_LINE = "\r\u001b[2K";
    private static final String CURSOR_UP = "\u001b[1A";

    private final PrintStream out;
    private final PrintStream err;
    private final boolean live;
    private final boolean colour;
    private final boolean quiet;

    /** What stands below the last line and is redrawn; guarded by this. */
    private List<String> block = List.of();

    Terminal(PrintStream out, PrintStream err, boolean live, boolean colour, boolean quiet) {
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

    /** A line for people, said even when they asked for quiet. */
    public synchronized void say(String line) {
        erase();
        err.println(line);
        draw();
    }

    /** A line for people who have not asked for quiet. */
    public void note(String line) {
        if (!quiet) {
            say(line);
        }
    }

    /** A line of the result itself. */
    public synchronized void result(String line) {
        erase();
        out.println(line);
        out.flush();
        draw();
    }

    /** The result for machines, as one line. */
    public void json(JsonNode node) {
        result(node.toString());
    }

    /** Puts {@code lines} in place of the block drawn before. */
    synchronized void redraw(List<String> lines) {
        erase();
        block = new ArrayList<>(lines);
        draw();
    }

    private void erase() {
        if (!block.isEmpty()) {
            err.print((CURSOR_UP + ERASE_LINE).repeat(block.size()));
        }
    }

    private void draw() {
        for (String line : block) {
            err.println(line);
        }
        err.flush();
    }
}
