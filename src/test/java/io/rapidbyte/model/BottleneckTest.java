package io.rapidbyte.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BottleneckTest {
    private static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    @Test
    void the_stage_that_waits_least_and_what_it_does_most() {
        Map<String, Duration> timings = Map.of(
                "source.total", ms(1000),
                "source.emit-wait", ms(700),
                "source.fetch", ms(300),
                "destination.total", ms(1000),
                "destination.next-wait", ms(90),
                "destination.cpu", ms(950),
                "destination.copy", ms(810),
                "destination.guest", ms(100));
        assertThat(Bottleneck.of(timings)).hasValueSatisfying(found -> {
            assertThat(found).isEqualTo(new Bottleneck("destination", "copy", 0.81));
            assertThat(found).hasToString("destination-bound: 81 % in COPY");
        });
    }

    @Test
    void nothing_is_said_where_nothing_ran() {
        assertThat(Bottleneck.of(Map.of())).isEmpty();
        assertThat(Bottleneck.of(Map.of("source.total", ms(10), "source.emit-wait", ms(10))))
                .isEmpty();
        assertThat(Bottleneck.of(Map.of("source.guest", ms(10)))).isEmpty();
    }
}
