package io.rapidbyte.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nobody's secrets are shown (I31). */
class RedactionTest {
    private static Optional<String> redact(String text) {
        return Redaction.redact(text, pointer -> pointer.contains("/password"));
    }

    @Test
    void everything_else_stands_as_it_was_written() {
        String text = """
                # a comment, and a character of two words: \uD83D\uDE00
                source:   {use: x, password: hunter2, port:  5432} # behind
                next: "quoted"
                """;
        assertThat(redact(text)).contains(text.replace("hunter2", "\"***\""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2",
                "'hunter2'",
                "\"hunter2\"",
                "pre${X}hunter2",
                "${X:-hunter2}",
                "|\n    hunter2\n    hunter2",
                ">-\n    hunter2",
                "[hunter2, {a: hunter2}]",
                "hunter2\n    hunter2"
            })
    void a_secret_in_any_form_is_hidden(String secret) {
        String shown = redact("a:\n  password: " + secret + "\n  user: me\n").orElseThrow();
        assertThat(shown).doesNotContain("hunter2").contains("***").endsWith("\n  user: me\n");
        assertThat(YamlReader.read(shown, new Problems("p"))).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"${PGPASSWORD}", "\"${PGPASSWORD}\"", "'${PGPASSWORD}'"})
    void a_reference_is_shown(String reference) {
        assertThat(redact("password: " + reference + "\n")).contains("password: " + reference + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: &p hunter2\npassword: *p", "a: [", "password: hunter2\npassword: hunter2", ""})
    void what_is_not_sound_is_not_shown(String text) {
        assertThat(redact(text)).isEmpty();
    }
}
