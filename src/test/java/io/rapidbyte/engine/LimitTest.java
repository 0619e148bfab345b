package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitTest {
    private final Limit limit = new Limit(List.of("destination", "transform-1", "source"));

    private String look(int destination, int transform, int source) {
        return limit.look(List.of(
                        Duration.ofMillis(destination), Duration.ofMillis(transform), Duration.ofMillis(source)))
                .orElse("?");
    }

    @Test
    void the_stage_that_waits_least_limits_the_others() {
        assertThat(look(1000, 0, 0)).isEqualTo("?");
        assertThat(look(1001, 150, 180)).isEqualTo("destination");
        assertThat(look(1002, 300, 360)).isEqualTo("destination");
    }

    @Test
    void a_short_exception_does_not_turn_it_but_a_change_does() {
        look(0, 0, 0);
        assertThat(look(0, 200, 200)).isEqualTo("destination");
        assertThat(look(40, 390, 390)).isEqualTo("destination");
        for (int i = 1; i <= 10; i++) {
            look(40 + 200 * i, 390 + 200 * i, 390);
        }
        assertThat(look(2240, 2590, 390)).isEqualTo("source");
    }
}
