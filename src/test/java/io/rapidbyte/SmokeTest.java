package io.rapidbyte;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SmokeTest {
    @Test
    void runs_on_the_language_level_the_project_is_written_in() {
        assertThat(Runtime.version().feature()).isEqualTo(25);
    }
}
