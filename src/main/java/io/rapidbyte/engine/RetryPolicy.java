package io.rapidbyte.engine;

import io.rapidbyte.model.BackoffClass;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Whether a stream is tried again, and when (I11). A cancel is the {@link StreamMachine}'s business. */
final class RetryPolicy {
    static final Duration MOST = Duration.ofSeconds(60);

    /** Half of the wait is left to chance, so that what failed together does not come back together. */
    private static final double LEAST_SHARE = 0.5;

    private final int maxRetries;
    private final RandomGenerator random;

    RetryPolicy(int maxRetries, RandomGenerator random) {
        this.maxRetries = maxRetries;
        this.random = random;
    }

    /**
     * How long to wait before the next attempt; empty if there must not be one.
     *
     * @param attempt the one that failed; counts from 1
     * @param causes every failure of it that is nobody's echo
     */
    Optional<Duration> delay(int attempt, List<Failure> causes) {
        boolean again =
                attempt <= maxRetries && !causes.isEmpty() && causes.stream().allMatch(RetryPolicy::mayPass);
        return again
                ? causes.stream()
                        .map(failure -> delay(attempt, failure.error()))
                        .max(Duration::compareTo)
                : Optional.empty();
    }

    private static boolean mayPass(Failure failure) {
        ConnectorError error = failure.error();
        return error.retryable()
                && switch (error.category()) {
                    // A wrong password that is tried again locks the account.
                    case CONFIG, AUTH, PERMISSION, SCHEMA, CANCELLED -> false;
                    case RATE_LIMIT, TRANSIENT_NETWORK, TRANSIENT_DB, DATA, INTERNAL -> true;
                }
                // An unknown commit is made known by the receipt, which is asked before the next attempt (I10),
                // and so is one that the state could not save.
                && (error.safeToRetry() || inDoubt(error) || isUnsaved(failure));
    }

    private static boolean isUnsaved(Failure failure) {
        return failure.kind() == FailureKind.STATE && has(failure.error(), CommitState.AFTER_COMMIT_CONFIRMED);
    }

    /** Whether nobody but the destination's receipt can say if it kept the rows. */
    static boolean inDoubt(ConnectorError error) {
        return has(error, CommitState.AFTER_COMMIT_UNKNOWN);
    }

    private static boolean has(ConnectorError error, CommitState state) {
        return error.commitState().filter(state::equals).isPresent();
    }

    private Duration delay(int attempt, ConnectorError error) {
        if (error.retryAfterMs().isPresent()) {
            return Duration.ofMillis(error.retryAfterMs().get());
        }
        double millis = MOST.toMillis();
        millis = Math.min(millis, base(error.backoff()).toMillis() * Math.pow(2, attempt - 1.0));
        return Duration.ofMillis(Math.round(millis * (LEAST_SHARE + (1 - LEAST_SHARE) * random.nextDouble())));
    }

    private static Duration base(BackoffClass backoff) {
        return switch (backoff) {
            case FAST -> Duration.ofMillis(100);
            case NORMAL -> Duration.ofSeconds(1);
            case SLOW -> Duration.ofSeconds(5);
        };
    }
}
