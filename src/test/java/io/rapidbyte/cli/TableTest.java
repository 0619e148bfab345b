package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TableTest {
    private final Table table = new Table().column("name", Table.Align.LEFT).column("rows", Table.Align.RIGHT);

    @Test
    void words_go_left_and_numbers_right() {
        table.row("a", "1").row("long name", "1,000");
        assertThat(table.lines()).containsExactly("name        rows", "a              1", "long name  1,000");
    }

    @Test
    void a_cell_cannot_break_out_of_its_line() {
        table.row("a\nb\u001b[2K", "1");
        assertThat(table.lines()).hasSize(2);
        assertThat(table.lines().get(1)).startsWith("a b\\u001b[2K");
    }

    @Test
    void a_row_has_a_cell_for_each_column() {
        assertThatThrownBy(() -> table.row("a")).isInstanceOf(IllegalArgumentException.class);
    }
}
