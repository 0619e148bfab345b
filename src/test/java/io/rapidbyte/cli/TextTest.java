package io.rapidbyte.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class TextTest {
    @Test
    void sizes_carry_the_unit_that_fits() {
        assertThat(Text.size(0)).isEqualTo("0 B");
        assertThat(Text.size(999)).isEqualTo("999 B");
        assertThat(Text.size(1_000)).isEqualTo("1.0 kB");
        assertThat(Text.size(2_500_000)).isEqualTo("2.5 MB");
        assertThat(Text.size(7_000_000_000_000_000L)).isEqualTo("7000.0 TB");
    }

    @Test
    void durations_change_to_minutes_after_one() {
        assertThat(Text.duration(Duration.ofMillis(1_240))).isEqualTo("1.2 s");
        assertThat(Text.duration(Duration.ofSeconds(125))).isEqualTo("2 min 5 s");
    }

    @Test
    void a_rate_over_no_time_is_no_number() {
        assertThat(Text.perSecond(5, Duration.ZERO)).isEqualTo("-");
        assertThat(Text.perSecond(1_000, Duration.ofMillis(500))).isEqualTo("2,000");
    }

    @Test
    void control_characters_of_foreign_names_do_not_reach_the_terminal() {
        assertThat(Text.printable("a\u001b[31mb\u0007")).isEqualTo("a\\u001b[31mb\\u0007");
        assertThat(Text.printable("Zoë 🐦")).isEqualTo("Zoë 🐦");
    }

    @Test
    void long_names_keep_both_ends() {
        assertThat(Cells.fit("short", 10)).isEqualTo("short");
        assertThat(Cells.fit("a_rather_long_name", 9)).isEqualTo("a_ra…name");
    }
}
