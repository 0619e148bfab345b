package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.rapidbyte.engine.Machine.Rule;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MachineTest {
    private static final Set<StreamMachine.State> STREAM_ENDS = EnumSet.of(
            StreamMachine.State.SUCCEEDED,
            StreamMachine.State.FAILED,
            StreamMachine.State.CANCELLED,
            StreamMachine.State.SKIPPED);
    private static final Set<RunMachine.State> RUN_ENDS = EnumSet.of(
            RunMachine.State.SUCCEEDED, RunMachine.State.FAILED, RunMachine.State.CANCELLED, RunMachine.State.REFUSED);

    @Test
    void every_state_is_reached_and_every_end_reported() {
        assertThat(reachable(StreamMachine.TABLE, StreamMachine.State.WAITING))
                .containsExactlyInAnyOrder(StreamMachine.State.values());
        assertThat(reachable(RunMachine.TABLE, RunMachine.State.CHECKING))
                .containsExactlyInAnyOrder(RunMachine.State.values());
        assertThat(entering(StreamMachine.TABLE, STREAM_ENDS))
                .allMatch(rule -> rule.effects().equals(List.of(StreamMachine.Effect.REPORT)));
        assertThat(entering(RunMachine.TABLE, RUN_ENDS))
                .allMatch(rule -> rule.effects().equals(List.of(RunMachine.Effect.REPORT))
                        || rule.effects().equals(List.of(RunMachine.Effect.REFUSE)));
    }

    @Test
    void a_cancel_may_come_at_any_time_and_ends_are_final() {
        for (StreamMachine.State state : StreamMachine.State.values()) {
            assertThat(StreamMachine.TABLE.on(state, StreamMachine.Signal.CANCEL))
                    .isNotNull();
        }
        for (RunMachine.State state : RunMachine.State.values()) {
            assertThat(RunMachine.TABLE.on(state, RunMachine.Signal.CANCEL)).isNotNull();
        }
        assertThat(StreamMachine.TABLE.rules())
                .filteredOn(rule -> STREAM_ENDS.contains(rule.from()))
                .allMatch(rule -> rule.from() == rule.to() && rule.effects().isEmpty());
        assertThat(RunMachine.TABLE.rules())
                .filteredOn(rule -> RUN_ENDS.contains(rule.from()))
                .allMatch(rule -> rule.from() == rule.to() && rule.effects().isEmpty());
    }

    @Test
    void what_cannot_happen_is_refused_and_named() {
        assertThatIllegalStateException()
                .isThrownBy(() -> StreamMachine.TABLE.on(StreamMachine.State.WAITING, StreamMachine.Signal.CLEARED))
                .withMessage("stream: CLEARED cannot happen in state WAITING");
    }

    @Test
    void a_failed_stream_does_not_stop_the_next_one_from_starting() {
        Rule<RunMachine.State, RunMachine.Signal, RunMachine.Effect> rule =
                RunMachine.TABLE.on(RunMachine.State.RUNNING, RunMachine.Signal.STREAM_FAILED);
        assertThat(rule.effects()).containsExactly(RunMachine.Effect.ADMIT_STREAMS);
    }

    /** Whatever comes in whatever order: what was deployed is undeployed once, and the end is told once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void every_life_of_a_stream_is_cleared_and_reported_once(long seed) {
        Random random = new Random(seed);
        for (int life = 0; life < 200; life++) {
            StreamMachine.State state = StreamMachine.State.WAITING;
            StringBuilder effects = new StringBuilder();
            while (!STREAM_ENDS.contains(state)) {
                List<Rule<StreamMachine.State, StreamMachine.Signal, StreamMachine.Effect>> next = rulesFrom(state);
                // After the stages are being cleared away, only that and a cancel can come.
                boolean clearing = effects.indexOf("UNDEPLOY") >= 0;
                next = next.stream()
                        .filter(r -> (r.signal() == StreamMachine.Signal.CLEARED) == clearing
                                || r.signal() == StreamMachine.Signal.CANCEL)
                        .filter(r -> r.signal() != StreamMachine.Signal.DEPLOYED || effects.indexOf("START") < 0)
                        .toList();
                Rule<StreamMachine.State, StreamMachine.Signal, StreamMachine.Effect> rule =
                        next.get(random.nextInt(next.size()));
                state = rule.to();
                effects.append(rule.effects());
            }
            assertThat(count(effects, "REPORT"))
                    .as("seed %d: %s", seed, effects)
                    .isEqualTo(1);
            assertThat(count(effects, "UNDEPLOY"))
                    .as("seed %d: %s", seed, effects)
                    .isEqualTo(effects.indexOf("DEPLOY_STAGES") >= 0 ? 1 : 0);
        }
    }

    private static List<Rule<StreamMachine.State, StreamMachine.Signal, StreamMachine.Effect>> rulesFrom(
            StreamMachine.State state) {
        return StreamMachine.TABLE.rules().stream()
                .filter(rule -> rule.from() == state)
                .toList();
    }

    private static int count(CharSequence text, String word) {
        return text.toString().split(word, -1).length - 1;
    }

    private static <S extends Enum<S>, G extends Enum<G>, E extends Enum<E>> Set<S> reachable(
            Machine<S, G, E> machine, S start) {
        Set<S> seen = new HashSet<>(Set.of(start));
        Deque<S> todo = new ArrayDeque<>(Arrays.asList(start));
        while (!todo.isEmpty()) {
            S at = todo.remove();
            machine.rules().stream()
                    .filter(rule -> rule.from() == at && seen.add(rule.to()))
                    .forEach(rule -> todo.add(rule.to()));
        }
        return seen;
    }

    private static <S extends Enum<S>, G extends Enum<G>, E extends Enum<E>> List<Rule<S, G, E>> entering(
            Machine<S, G, E> machine, Set<S> states) {
        return machine.rules().stream()
                .filter(rule -> states.contains(rule.to()) && rule.from() != rule.to())
                .collect(Collectors.toList());
    }
}
