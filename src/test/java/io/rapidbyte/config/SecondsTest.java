package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecondsTest {
    @ParameterizedTest
    @CsvSource({"0s, 0", "90s, 90", "5m, 300", "2h, 7200", "1d, 86400", "3 M, 180"})
    void have_a_unit(String text, long seconds) {
        assertThat(Seconds.parse(text)).hasValue(seconds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "-5s", "1.5h", "1w", "5min", "9999999999999s"})
    void nothing_else_is_one(String text) {
        assertThat(Seconds.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"200ms, 200, 200ms", "1s, 1000, 1s", "1500 MS, 1500, 1500ms", "1h, 3600000, 1h"})
    void short_ones_are_in_milliseconds(String text, long millis, String written) {
        assertThat(Seconds.parseMillis(text)).hasValue(millis);
        assertThat(Seconds.formatMillis(millis)).isEqualTo(written);
        assertThat(Seconds.parseMillis("1.5ms")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 0s", "61, 61s", "60, 1m", "7200, 2h", "2678400, 31d"})
    void are_written_in_the_largest_unit(long seconds, String text) {
        assertThat(Seconds.format(seconds)).isEqualTo(text);
    }
}
