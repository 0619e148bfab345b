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

    /** Whatever comes in whatever order: each attempt's stages are undeployed once, and the end is told once. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void every_life_of_a_stream_is_cleared_and_reported_once(long seed) {
        Random random = new Random(seed);
        for (int life = 0; life < 200; life++) {
            StreamMachine.State state = StreamMachine.State.WAITING;
            StringBuilder effects = new StringBuilder();
            while (!STREAM_ENDS.contains(state)) {
                Pending pending = Pending.after(effects);
                List<Rule<StreamMachine.State, StreamMachine.Signal, StreamMachine.Effect>> next =
                        rulesFrom(state).stream()
                                .filter(r -> r.signal() == StreamMachine.Signal.CANCEL
                                        || pending.signals.contains(r.signal()))
                                .toList();
                assertThat(next).as("seed %d: %s in %s", seed, effects, state).isNotEmpty();
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
                    .isEqualTo(count(effects.toString().replace("UNDEPLOY_STAGES", ""), "DEPLOY_STAGES"));
        }
    }

    /** What can come next is the answer to the last effect that has one. */
    private enum Pending {
        ADMIT("", StreamMachine.Signal.ADMITTED, StreamMachine.Signal.ADMITTED_AGAIN),
        ANSWER(
                "ASK_RECEIPT",
                StreamMachine.Signal.RESUMED,
                StreamMachine.Signal.ALL_THERE,
                StreamMachine.Signal.RESUME_FAILED,
                StreamMachine.Signal.RESUME_FAILED_FOR_NOW),
        DEPLOY("DEPLOY_STAGES", StreamMachine.Signal.DEPLOYED, StreamMachine.Signal.DEPLOY_FAILED),
        GUESTS(
                "START_GUESTS",
                StreamMachine.Signal.STAGE_FAILED,
                StreamMachine.Signal.STAGES_SUCCEEDED,
                StreamMachine.Signal.STAGES_ENDED),
        CLEAR("UNDEPLOY_STAGES", StreamMachine.Signal.CLEARED, StreamMachine.Signal.CLEARED_TO_RETRY),
        WAIT("BACK_OFF", StreamMachine.Signal.WAITED);

        private final String effect;

        @SuppressWarnings("ImmutableEnumChecker") // Set.of never changes; the type cannot say so
        private final Set<StreamMachine.Signal> signals;

        Pending(String effect, StreamMachine.Signal... signals) {
            this.effect = effect;
            this.signals = Set.of(signals);
        }

        static Pending after(CharSequence effects) {
            String told = effects.toString().replace("UNDEPLOY_STAGES", "CLEAR");
            return Arrays.stream(values())
                    .reduce((a, b) -> b.lastIn(told) > a.lastIn(told) ? b : a)
                    .orElseThrow();
        }

        private int lastIn(String told) {
            return switch (this) {
                case ADMIT -> 0;
                case CLEAR -> told.lastIndexOf("CLEAR") + 1;
                case ANSWER, DEPLOY, GUESTS, WAIT -> told.lastIndexOf(effect) + 1;
            };
        }
    }

    @Test
    void nothing_is_retried_once_cancelled_I11() {
        for (StreamMachine.State state :
                List.of(StreamMachine.State.FAILING, StreamMachine.State.RESUMING, StreamMachine.State.BACKING_OFF)) {
            StreamMachine.State cancelled =
                    StreamMachine.TABLE.on(state, StreamMachine.Signal.CANCEL).to();
            assertThat(rulesFrom(cancelled))
                    .as("after a cancel in " + state)
                    .noneMatch(rule -> rule.to() == StreamMachine.State.BACKING_OFF
                            || rule.effects().contains(StreamMachine.Effect.DEPLOY_STAGES));
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
