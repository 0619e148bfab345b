package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "65536, 65536",
        "7b, 7",
        "512kb, 524288",
        "512KiB, 524288",
        "64mb, 67108864",
        "64 MB, 67108864",
        "64mib, 67108864",
        "1gib, 1073741824",
        "1GB, 1073741824",
        "999999999999999999gb, 9223372036854775807",
        "8589934591gb, 9223372035781033984",
        "8589934592gb, 9223372036854775807",
    })
    void units_are_binary_and_overflow_saturates(String text, long bytes) {
        assertThat(ByteSize.parse(text)).hasValue(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "mb", "-1", "1.5mb", "1tb", "1m", "1 000", "0x10", "1mbb", "٣mb", "9999999999999999999"})
    void anything_else_is_no_size(String text) {
        assertThat(ByteSize.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1000, 1000", "1024, 1kb", "65536, 64kb", "4194304, 4mb", "268435456, 256mb", "1073741824, 1gb"
    })
    void sizes_print_as_one_would_write_them(long bytes, String text) {
        assertThat(ByteSize.format(bytes)).isEqualTo(text);
    }
}
