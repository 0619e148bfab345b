package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNameTest {
    private static final List<String> NAMES = List.of("use", "config", "columns", "write_mode", "on_data_error");

    @ParameterizedTest
    @CsvSource({
        "confg, config",
        "conifg, config",
        "Config, config",
        "column, columns",
        "colums, columns",
        "writemode, write_mode",
        "write-mode, write_mode",
        "on_error, ",
        "sue, use",
        "transforms, ",
        "x, "
    })
    void finds_what_was_most_likely_meant(String typed, String name) {
        assertThat(NearestName.of(typed, NAMES).orElse(null)).isEqualTo(name);
    }

    @Test
    void counts_a_swap_of_neighbours_once() {
        assertThat(NearestName.distance("abcd", "abdc")).isEqualTo(1);
        assertThat(NearestName.distance("", "abc")).isEqualTo(3);
        assertThat(NearestName.distance("kitten", "sitting")).isEqualTo(3);
    }

    @Test
    void long_texts_are_no_slips() {
        assertThat(NearestName.of("c".repeat(1_000_000), NAMES)).isEmpty();
    }
}
