package io.rapidbyte.flow;

import io.rapidbyte.model.Failure;
import java.time.Duration;
import java.util.Map;

/** How a stage ended. {@code timings} by what the time went to, such as {@code emit-wait}. */
public sealed interface StageOutcome {
    EdgeCounts in();

    EdgeCounts out();

    Map<String, Duration> timings();

    /**
     * The guest worked its stream to the end.
     *
     * @param summary what the guest says, found to agree with what passed over the edges
     */
    record Succeeded(StageGuest.Summary summary, EdgeCounts in, EdgeCounts out, Map<String, Duration> timings)
            implements StageOutcome {}

    /**
     * The stage ended before its stream did.
     *
     * @param failure why; where it is an echo, the neighbour's reason
     * @param echo whether the stage ended only because a neighbour failed or the run was cancelled
     */
    record Failed(Failure failure, boolean echo, EdgeCounts in, EdgeCounts out, Map<String, Duration> timings)
            implements StageOutcome {}
}
