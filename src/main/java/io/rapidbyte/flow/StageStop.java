package io.rapidbyte.flow;

import io.rapidbyte.model.Failure;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Why a stage has to end before its time. The first reason counts: what follows are its echoes. Any thread. */
final class StageStop {
    /** @param echo whether a neighbour's failure or a cancel is behind it */
    record Reason(Failure failure, boolean echo) {}

    private final AtomicReference<Optional<Reason>> first = new AtomicReference<>(Optional.empty());

    /** Offers a reason; tells whether it is the first. */
    boolean offer(Failure failure, boolean echo) {
        return first.compareAndSet(Optional.empty(), Optional.of(new Reason(failure, echo)));
    }

    Optional<Reason> reason() {
        return first.get();
    }
}
