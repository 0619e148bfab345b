package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.BackoffClass;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.ErrorScope;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** I11, case by case. */
class RetryPolicyTest {
    private static final Optional<CommitState> NO_COMMIT = Optional.empty();

    private final RetryPolicy policy = new RetryPolicy(3, new SplittableRandom(20_261_121));

    @ParameterizedTest
    @CsvSource({
        "FAST, 1, 50, 100",
        "FAST, 2, 100, 200",
        "NORMAL, 1, 500, 1000",
        "NORMAL, 3, 2000, 4000",
        "SLOW, 1, 2500, 5000",
        "SLOW, 3, 10000, 20000"
    })
    void the_wait_doubles_and_half_of_it_is_chance_I11(BackoffClass backoff, int attempt, long least, long most) {
        for (int i = 0; i < 100; i++) {
            assertThat(policy.delay(attempt, List.of(failure(true, true, backoff, NO_COMMIT))))
                    .hasValueSatisfying(
                            wait -> assertThat(wait).isBetween(Duration.ofMillis(least), Duration.ofMillis(most)));
        }
    }

    @Test
    void no_wait_is_longer_than_a_minute_I11() {
        RetryPolicy patient = new RetryPolicy(100, new SplittableRandom(1));
        assertThat(patient.delay(90, List.of(failure(true, true, BackoffClass.SLOW, NO_COMMIT))))
                .hasValueSatisfying(wait -> assertThat(wait).isBetween(Duration.ofSeconds(30), RetryPolicy.MOST));
    }

    @Test
    void a_wish_of_the_peer_wins_I11() {
        ConnectorError error = error(ErrorCategory.RATE_LIMIT, true, true, Optional.of(7_000L), NO_COMMIT);
        assertThat(policy.delay(1, List.of(failure(error)))).contains(Duration.ofSeconds(7));
    }

    @Test
    void attempts_run_out_I11() {
        List<Failure> causes = List.of(failure(true, true, BackoffClass.FAST, NO_COMMIT));
        assertThat(policy.delay(3, causes)).isPresent();
        assertThat(policy.delay(4, causes)).isEmpty();
        assertThat(new RetryPolicy(0, new SplittableRandom(1)).delay(1, causes)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"false, true", "true, false", "false, false"})
    void only_what_may_pass_and_is_safe_is_tried_again_I11(boolean retryable, boolean safe) {
        assertThat(policy.delay(1, List.of(failure(retryable, safe, BackoffClass.FAST, NO_COMMIT))))
                .isEmpty();
    }

    @Test
    void an_unknown_commit_may_be_tried_again_because_the_receipt_is_asked_first_I10() {
        assertThat(policy.delay(1, List.of(inCommit(CommitState.AFTER_COMMIT_UNKNOWN))))
                .isPresent();
        assertThat(policy.delay(1, List.of(inCommit(CommitState.AFTER_COMMIT_CONFIRMED))))
                .isEmpty();
        assertThat(policy.delay(1, List.of(inCommit(CommitState.BEFORE_COMMIT))))
                .isEmpty();
    }

    @Test
    void a_commit_that_the_state_could_not_save_may_be_tried_again_because_the_receipt_knows_it_I10() {
        ConnectorError unsaved = inCommit(CommitState.AFTER_COMMIT_CONFIRMED).error();
        assertThat(policy.delay(
                        1, List.of(new Failure(FailureKind.STATE, unsaved, Optional.of("users"), Optional.empty()))))
                .isPresent();
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCategory.class,
            names = {"CONFIG", "AUTH", "PERMISSION", "SCHEMA", "CANCELLED"})
    void what_only_a_person_can_mend_is_never_tried_again_I11(ErrorCategory category) {
        assertThat(policy.delay(1, List.of(failure(error(category, true, true, Optional.empty(), NO_COMMIT)))))
                .isEmpty();
    }

    @Test
    void every_cause_must_be_one_that_may_pass() {
        Failure passes = failure(true, true, BackoffClass.FAST, NO_COMMIT);
        Failure stays = failure(false, false, BackoffClass.FAST, NO_COMMIT);
        Failure slow = failure(true, true, BackoffClass.SLOW, NO_COMMIT);
        assertThat(policy.delay(1, List.of(passes, stays))).isEmpty();
        assertThat(policy.delay(1, List.of())).isEmpty();
        assertThat(policy.delay(1, List.of(passes, slow)))
                .hasValueSatisfying(wait -> assertThat(wait).isGreaterThanOrEqualTo(Duration.ofMillis(2_500)));
    }

    private static Failure inCommit(CommitState state) {
        return failure(true, false, BackoffClass.FAST, Optional.of(state));
    }

    private static Failure failure(
            boolean retryable, boolean safe, BackoffClass backoff, Optional<CommitState> commitState) {
        return failure(new ConnectorError(
                ErrorCategory.TRANSIENT_DB,
                ErrorScope.PER_STREAM,
                "test.error",
                "it broke",
                retryable,
                Optional.empty(),
                backoff,
                safe,
                commitState,
                Optional.empty()));
    }

    private static Failure failure(ConnectorError error) {
        return new Failure(FailureKind.DESTINATION, error, Optional.of("users"), Optional.of("destination (fake)"));
    }

    private static ConnectorError error(
            ErrorCategory category,
            boolean retryable,
            boolean safe,
            Optional<Long> retryAfterMs,
            Optional<CommitState> commitState) {
        return new ConnectorError(
                category,
                ErrorScope.PER_STREAM,
                "test.error",
                "it broke",
                retryable,
                retryAfterMs,
                BackoffClass.FAST,
                safe,
                commitState,
                Optional.empty());
    }
}
