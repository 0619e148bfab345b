package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a connector gets of what stands under {@code config}. */
class ConnectorSettingsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "5432        | 5432",
                "'5432'      | \"5432\"",
                "\"5432\"    | \"5432\"",
                "-7          | -7",
                "+7          | 7",
                "007         | 7",
                "0o17        | 15",
                "0x1F        | 31",
                "9999999999  | 9999999999",
                "123456789012345678901234567890 | 123456789012345678901234567890",
                "1.50        | 1.5",
                "1e3         | 1000.0",
                ".5          | 0.5",
                "true        | true",
                "False       | false",
                "'true'      | \"true\"",
                "yes         | \"yes\"",
                "no          | \"no\"",
                "on          | \"on\"",
                "12:30:45    | \"12:30:45\"",
                "1_000       | \"1_000\"",
                "2026-01-01  | \"2026-01-01\"",
                "~           | null",
                "null        | null",
                "[1, a, {b: null}] | [1,\"a\",{\"b\":null}]",
                "{a: {b: [true]}}  | {\"a\":{\"b\":[true]}}",
            })
    void has_the_types_of_yaml_1_2(String yaml, String json) throws Exception {
        Pipeline pipeline = Samples.parse(Samples.good("host: localhost", "host: " + yaml));
        assertThat(pipeline.source().config().get("host").toString()).isEqualTo(json);
    }

    @Test
    void block_scalars_are_text() throws Exception {
        Pipeline pipeline = Samples.parse(Samples.good("host: localhost", "host: |\n      123\n      456"));
        assertThat(pipeline.source().config().get("host").textValue()).isEqualTo("123\n456\n");
    }

    @ParameterizedTest
    @CsvSource({".inf", "-.INF", ".nan", "1e999"})
    void numbers_that_json_lacks_are_refused(String number) {
        assertThat(Samples.problems(Samples.good("host: localhost", "host: " + number)))
                .containsExactly("p.yaml:6:11: source.config.host: a number that JSON cannot carry (put it in quotes)");
    }

    @Test
    void digits_without_end_are_text() throws Exception {
        String digits = "9".repeat(100_000);
        Pipeline pipeline = Samples.parse(Samples.good("host: localhost", "host: " + digits));
        assertThat(pipeline.source().config().get("host").textValue()).isEqualTo(digits);
    }
}
