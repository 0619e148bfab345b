package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is no fit YAML, or YAML that a pipeline has no use for. */
class YamlReaderTest {

    @Test
    void an_empty_file_says_where_to_begin() {
        String[] empty = {"", "\n\n", "# only a comment\n"};
        for (String text : empty) {
            assertThat(Samples.problems(text))
                    .containsExactly("p.yaml:1:1: the file is empty (see conf/minimal.yaml for the least)");
        }
    }

    @ParameterizedTest
    @CsvSource({"just text", "'[a, b]'", "42", "---"})
    void a_file_must_be_a_mapping(String text) {
        assertThat(Samples.problems(text))
                .singleElement()
                .asString()
                .startsWith("p.yaml:1:")
                .endsWith(": not a mapping of keys (see conf/minimal.yaml for the least)");
    }

    @Test
    void broken_syntax_names_the_place() {
        assertThat(Samples.problems("version: \"1.0\"\nsource: {use: [a, b}\n"))
                .singleElement()
                .asString()
                .startsWith("p.yaml:2:20: not YAML: expected ',' or ']'")
                .doesNotContain("\n");
        assertThat(Samples.problems("a: 1\n\tb: 2\n"))
                .singleElement()
                .asString()
                .startsWith("p.yaml:2:1: not YAML: ");
        assertThat(Samples.problems("a: b\nc: \"\u0007\"\n"))
                .containsExactly("p.yaml:2:5: not YAML: the character U+0007 cannot stand in a text file");
    }

    @Test
    void a_key_must_not_appear_twice() {
        assertThat(Samples.problems(Samples.GOOD + "pipeline: other\n"))
                .containsExactly("p.yaml:27:1: pipeline: appears a second time (the first is on line 2)");
        assertThat(Samples.problems(Samples.good("port: 5432", "host: b")))
                .containsExactly("p.yaml:7:5: source.config.host: appears a second time (the first is on line 6)");
    }

    @Test
    void what_multiplies_or_disguises_values_is_refused() {
        assertThat(Samples.problems(Samples.good("host: localhost", "host: &h localhost")))
                .containsExactly(
                        "p.yaml:6:11: source.config.host: an anchor (&h) is not allowed (write values out instead)");
        assertThat(Samples.problems(Samples.good("host: localhost", "host: *h")))
                .containsExactly(
                        "p.yaml:6:11: source.config.host: an alias (*h) is not allowed (write the value out here)");
        assertThat(Samples.problems(Samples.good("host: localhost", "<<: {a: 1}")))
                .containsExactly(
                        "p.yaml:6:5: source.config: a merge key (<<) is not allowed (write the keys out here)");
        assertThat(Samples.problems(Samples.good("host: localhost", "host: !!str 5")))
                .containsExactly(
                        "p.yaml:6:11: source.config.host: a tag (\"tag:yaml.org,2002:str\") is not allowed (quotes make a value text; nothing else is needed)");
        assertThat(Samples.problems(Samples.good("host: localhost", "? [a]\n    : 1")))
                .containsExactly("p.yaml:6:7: source.config: a key that is not plain text");
    }

    @Test
    void a_bomb_of_aliases_is_as_many_problems_and_no_more() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x]\n");
        for (int i = 1; i < 40; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d, *a%d]\n".formatted(i, i, i - 1, i - 1, i - 1));
        }
        assertThat(Samples.problems(bomb.toString())).hasSize(Problems.MAX_SHOWN + 1);
    }

    @Test
    void nesting_has_a_limit() {
        String deep = "[".repeat(20_000) + "]".repeat(20_000);
        assertThat(Samples.problems("a: " + deep)).containsExactly("p.yaml:1:35: nested more than 32 levels deep");
        String allowed = "[".repeat(29) + "]".repeat(29);
        assertThat(Samples.problems(Samples.good("host: localhost", "host: " + allowed)))
                .isEmpty();
    }

    @Test
    void one_file_is_one_pipeline() {
        assertThat(Samples.problems(Samples.GOOD + "---\na: 1\n"))
                .containsExactly("p.yaml:27:1: a second document (one file, one pipeline)");
    }
}
