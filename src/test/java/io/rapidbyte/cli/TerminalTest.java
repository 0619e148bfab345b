package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private WindowSize window = WindowSize.USUAL;

    private Terminal terminal(boolean live, boolean colour, boolean quiet) {
        return new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                live,
                colour,
                quiet,
                () -> window,
                LogFormat.TEXT);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void a_line_said_meanwhile_stands_above_the_redrawn_block() {
        Terminal terminal = terminal(true, false, false);
        terminal.redraw(List.of("1 row"));
        terminal.say("a word");
        terminal.redraw(List.of());
        Screen screen = new Screen(80, 24);
        screen.write(err().replace("\n", "\r\n"));
        assertThat(screen.text()).isEqualTo("a word");
    }

    @Test
    void a_block_of_a_window_that_became_narrower_goes_whole() {
        Terminal terminal = terminal(true, true, false);
        terminal.say("above");
        terminal.redraw(List.of(terminal.style(Terminal.Style.DIM, "x".repeat(25)), "y".repeat(5)));
        // Narrower, the terminal has broken the first line into three.
        Screen broken = new Screen(10, 24);
        broken.write(err().replace("\n", "\r\n"));
        err.reset();
        window = new WindowSize(10, 24);
        terminal.redraw(List.of("now"));
        broken.write(err().replace("\n", "\r\n"));
        assertThat(broken.text()).isEqualTo("above\nnow");
    }

    @Test
    void quiet_keeps_notes_back_but_not_what_was_said_on_purpose() {
        Terminal terminal = terminal(true, false, true);
        terminal.note("progress");
        terminal.say("failure");
        terminal.result("result");
        assertThat(err()).isEqualTo("failure\n");
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("result");
        assertThat(terminal.live()).isFalse();
    }

    @Test
    void styles_are_codes_only_where_colours_are_wanted() {
        assertThat(terminal(true, true, false).style(Terminal.Style.RED, "x")).isEqualTo("\u001b[31mx\u001b[0m");
        assertThat(terminal(true, false, false).style(Terminal.Style.RED, "x")).isEqualTo("x");
    }
}
