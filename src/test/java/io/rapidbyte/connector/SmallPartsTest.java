package io.rapidbyte.connector;

import static io.rapidbyte.connector.ConfigCheckTest.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import io.rapidbyte.model.ConnectorException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SmallPartsTest {
    @ParameterizedTest
    @CsvSource({"2,true", "2.0,true", "2.0.0,true", "1,false", "1.9.9,false", "3,false", "2.0.1,false", "2.1,false"})
    void protocol_versions_are_matched_by_semver(String version, boolean served) {
        assertThat(Protocol.VERSION).isEqualTo("2.0.0");
        assertThat(Protocol.serves(version)).isEqualTo(served);
    }

    @ParameterizedTest
    @CsvSource({"sorce-postgres,source-postgres", "SOURCE-POSTGRES,source-postgres", "dest-postgre,dest-postgres"})
    void a_slip_of_the_pen_is_recognised(String written, String meant) {
        assertThat(Nearest.to(written, List.of("source-postgres", "dest-postgres", "transform-mask")))
                .contains(meant);
    }

    @Test
    void a_wild_guess_is_not_offered() {
        assertThat(Nearest.to("mysql", List.of("source-postgres", "transform-mask")))
                .isEmpty();
    }

    @Test
    void a_flood_of_lines_is_thinned_and_counted() {
        LineGate gate = new LineGate(0);
        int admitted = 0;
        for (int i = 0; i < 1000; i++) {
            admitted += gate.admit(0) ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(LineGate.BURST_LINES);
        assertThat(gate.takeDropped()).isEqualTo(1000 - LineGate.BURST_LINES);
        assertThat(gate.takeDropped()).isZero();
        assertThat(gate.admit(TimeUnit.SECONDS.toNanos(1))).isTrue();
    }

    @Test
    void long_lines_are_cut_without_splitting_a_character() {
        assertThat(Text.cut("abcdef", 6)).isEqualTo("abcdef");
        assertThat(Text.cut("abcdef", 4)).isEqualTo("abc…");
        assertThat(Text.cut("ab\uD83D\uDE00def", 4)).isEqualTo("ab…");
    }

    @Test
    void lines_cannot_take_over_a_terminal() {
        assertThat(Text.printable("a\u001b[31mb\n\tc\u0000")).isEqualTo("a�[31mb\n\tc�");
    }

    @Test
    void hosts_are_found_in_settings_at_any_depth() {
        assertThat(ConfiguredHosts.in(json("""
                {"host": "a,b", "user": "x", "replica": {"hostaddr": "10.0.0.1"}, "hosts": "c", "list": [{"host": 5}]}"""))).containsExactly("10.0.0.1", "a", "b");
    }

    @Test
    void timings_have_a_name_for_each_phase_that_took_time() {
        StageTimings timings = new StageTimings();
        timings.add(StageTimings.Phase.MODULE_LOAD, 3);
        timings.add(StageTimings.Phase.EMIT, 1_000);
        timings.add(StageTimings.Phase.EMIT, 500);
        timings.add(StageTimings.Phase.GUEST, 7);
        assertThat(timings.hostNanos()).isEqualTo(1_500);
        assertThat(timings.snapshot())
                .containsOnly(
                        entry("module-load", Duration.ofNanos(3)),
                        entry("emit", Duration.ofNanos(1_500)),
                        entry("guest", Duration.ofNanos(7)));
    }

    @Test
    void a_guest_says_what_its_sockets_are_for_and_nonsense_changes_nothing_i32() {
        StageTimings timings = new StageTimings();
        assertThat(timings.atSocket(StageTimings.Phase.SOCKET_READ)).isEqualTo(StageTimings.Phase.SOCKET_READ);
        timings.announce("fetch");
        timings.announce("guest");
        timings.announce("no-such-phase");
        assertThat(timings.atSocket(StageTimings.Phase.SOCKET_READ)).isEqualTo(StageTimings.Phase.FETCH);
    }

    @Test
    void state_is_swapped_only_if_it_is_as_expected() throws ConnectorException {
        ConnectorState state = new MemoryConnectorState();
        ConnectorState.Key key = new ConnectorState.Key("owner", "key");
        byte[] one = "1".getBytes(UTF_8);
        byte[] two = "2".getBytes(UTF_8);
        assertThat(state.get(key)).isEmpty();
        assertThat(state.compareAndSet(key, Optional.of(one), two)).isFalse();
        assertThat(state.compareAndSet(key, Optional.empty(), one)).isTrue();
        assertThat(state.compareAndSet(key, Optional.empty(), two)).isFalse();
        assertThat(state.compareAndSet(key, Optional.of("1".getBytes(UTF_8)), two))
                .isTrue();
        assertThat(state.get(key)).hasValueSatisfying(value -> assertThat(value).isEqualTo(two));
        assertThat(state.get(new ConnectorState.Key("other", "key"))).isEmpty();
    }

    @Test
    void state_is_bounded() throws ConnectorException {
        ConnectorState state = new MemoryConnectorState();
        byte[] large = new byte[1 << 20];
        int most = (int) (MemoryConnectorState.MAX_TOTAL_BYTES / large.length);
        for (int i = 0; i < most - 1; i++) {
            state.put(new ConnectorState.Key("owner", "key" + i), large);
        }
        state.put(new ConnectorState.Key("owner", "key0"), large);
        assertThatThrownBy(() -> {
                    state.put(new ConnectorState.Key("owner", "one-too-many"), large);
                    state.put(new ConnectorState.Key("owner", "two-too-many"), large);
                })
                .isInstanceOfSatisfying(
                        ConnectorException.class,
                        e -> assertThat(e.error().code()).isEqualTo("state.full"));
    }
}
