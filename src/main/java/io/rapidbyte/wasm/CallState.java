package io.rapidbyte.wasm;

import io.rapidbyte.wasm.abi.Transfer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Where an instance's only thread is, and what went wrong there. A guest may leave for the host only
 * from the export that was called: not while it allocates for the host or cleans up after a result.
 */
final class CallState {
    private enum Place {
        OUTSIDE,
        IN_EXPORT,
        IN_HOST,
        IN_ALLOCATOR,
        IN_CLEANUP
    }

    private final Transfer transfer;
    private Place place = Place.OUTSIDE;
    private Optional<HostFailure> failure = Optional.empty();

    /** Read by the watchdog, for which a value of some moments ago will do. */
    private final AtomicLong passages = new AtomicLong();

    CallState(Transfer transfer) {
        this.transfer = transfer;
    }

    /** What ended the guest's call while it was in the host, and in which import. */
    static final class HostFailure extends RuntimeException {
        final String function;
        final Throwable thrown;

        HostFailure(String function, Throwable thrown) {
            super(function + " failed", null, false, false);
            this.function = function;
            this.thrown = thrown;
        }
    }

    /** Begins a call; the host is to lower its parameters, for which it needs the guest's allocator. */
    Transfer enter() {
        if (place != Place.OUTSIDE) {
            throw new IllegalStateException("a guest can be called only while it is in no other call");
        }
        place = Place.IN_ALLOCATOR;
        failure = Optional.empty();
        return transfer;
    }

    void run() {
        place = Place.IN_EXPORT;
    }

    void cleanUp() {
        place = Place.IN_CLEANUP;
    }

    void leave() {
        place = Place.OUTSIDE;
    }

    Transfer enterHost(String function) {
        if (place != Place.IN_EXPORT) {
            throw new GuestViolation(function, "the guest must not call the host from its allocator or its clean-up");
        }
        place = Place.IN_HOST;
        passed();
        return transfer;
    }

    void enterAllocator() {
        place = Place.IN_ALLOCATOR;
    }

    void leaveHost() {
        place = Place.IN_EXPORT;
        passed();
    }

    /** Cheaper than counting in a way that several writers could. */
    private void passed() {
        passages.setOpaque(passages.getPlain() + 1);
    }

    /** How often the guest went to the host and back. Any thread. */
    long passages() {
        return passages.getOpaque();
    }

    /** Whether the guest runs for itself, so that the host looks at nothing in its memory. */
    boolean guestRuns() {
        return place == Place.IN_EXPORT || place == Place.IN_CLEANUP;
    }

    /** Keeps the first failure of a call: the ones after it are its consequence. */
    HostFailure fail(String function, Throwable thrown) {
        HostFailure first = failure.orElseGet(() -> new HostFailure(function, thrown));
        failure = Optional.of(first);
        return first;
    }

    Optional<HostFailure> failure() {
        return failure;
    }
}
