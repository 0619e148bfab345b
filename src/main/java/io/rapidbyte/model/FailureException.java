package io.rapidbyte.model;

/** Carries a {@link Failure} up a call stack. Unchecked, because only the top can do anything about it. */
public final class FailureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public FailureException(Failure failure) {
        super(failure.error().message());
        this.failure = failure;
    }

    public FailureException(Failure failure, Throwable cause) {
        super(failure.error().message(), cause);
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
