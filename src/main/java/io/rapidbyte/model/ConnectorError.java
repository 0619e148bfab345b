package io.rapidbyte.model;

import java.util.Optional;

/**
 * An error as a connector, or the host on its behalf, reports it.
 *
 * @param code stable and machine-readable, such as {@code pg.table-not-found}
 * @param message for a person: what was being done, to what, and what to do now
 * @param retryAfterMs the peer's own wish for a pause, in milliseconds
 * @param safeToRetry whether a retry can neither duplicate nor lose rows
 * @param commitState empty where no transaction was involved
 * @param details further facts as a JSON object
 */
public record ConnectorError(
        ErrorCategory category,
        ErrorScope scope,
        String code,
        String message,
        boolean retryable,
        Optional<Long> retryAfterMs,
        BackoffClass backoff,
        boolean safeToRetry,
        Optional<CommitState> commitState,
        Optional<String> details) {

    /** An error that no retry can mend, about the stream as a whole. */
    public static ConnectorError permanent(ErrorCategory category, String code, String message) {
        return new ConnectorError(
                category,
                ErrorScope.PER_STREAM,
                code,
                message,
                false,
                Optional.empty(),
                BackoffClass.NORMAL,
                false,
                Optional.empty(),
                Optional.empty());
    }

    /** An error that may be gone at the next attempt. */
    public static ConnectorError transientError(ErrorCategory category, String code, String message) {
        return new ConnectorError(
                category,
                ErrorScope.PER_STREAM,
                code,
                message,
                true,
                Optional.empty(),
                BackoffClass.NORMAL,
                true,
                Optional.empty(),
                Optional.empty());
    }

    public ConnectorError withDetails(String json) {
        return new ConnectorError(
                category,
                scope,
                code,
                message,
                retryable,
                retryAfterMs,
                backoff,
                safeToRetry,
                commitState,
                Optional.of(json));
    }
}
