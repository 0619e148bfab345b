package io.rapidbyte.engine;

import io.rapidbyte.model.BackoffClass;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.ErrorScope;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.state.StateException;
import java.util.Optional;

/** What the state could not do, in the words of runs. */
public final class StateFailures {
    private StateFailures() {}

    /** The failure of a run or a command that {@code e} is. */
    public static FailureException explain(StateException e) {
        return new FailureException(of(e, Optional.empty(), Optional.empty()), e);
    }

    /** The same for what came out of a future; what is no failure of the state stays as it is. */
    static Throwable explain(Throwable cause) {
        return cause instanceof StateException e ? explain(e) : cause;
    }

    /** @param commitState of the destination's transaction that this was about, where there is one */
    static Failure of(StateException e, Optional<String> stream, Optional<CommitState> commitState) {
        ConnectorError error = new ConnectorError(
                e.retryable() ? ErrorCategory.TRANSIENT_DB : ErrorCategory.INTERNAL,
                ErrorScope.PER_STREAM,
                e.code(),
                String.valueOf(e.getMessage()),
                e.retryable(),
                Optional.empty(),
                BackoffClass.NORMAL,
                // Once the destination has committed, only its receipt tells the next run (I7, I10).
                e.retryable()
                        && commitState
                                .filter(state -> state != CommitState.BEFORE_COMMIT)
                                .isEmpty(),
                commitState,
                Optional.empty());
        return new Failure(FailureKind.STATE, error, stream, Optional.empty());
    }

    static Failure permanent(String stream, String code, String message) {
        return new Failure(
                FailureKind.STATE,
                ConnectorError.permanent(ErrorCategory.CONFIG, code, message),
                Optional.of(stream),
                Optional.empty());
    }
}
