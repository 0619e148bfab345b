package io.rapidbyte.state;

/**
 * State could not be opened, read or saved. Says what was being done, to which state, and what to do
 * next; holds no secret (I31).
 */
public sealed class StateException extends RuntimeException permits LeaseHeldException, LeaseLostException {
    private static final long serialVersionUID = 1L;

    private final String code;
    private final boolean retryable;

    StateException(String code, String message, boolean retryable, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.retryable = retryable;
    }

    StateException(String code, String message) {
        super(message);
        this.code = code;
        this.retryable = false;
    }

    /** Stable and machine-readable, such as {@code state.corrupt}. */
    public final String code() {
        return code;
    }

    /** Whether the same call may succeed later without anybody mending anything: a busy or restarting database. */
    public final boolean retryable() {
        return retryable;
    }
}
