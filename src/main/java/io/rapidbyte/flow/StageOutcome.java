package io.rapidbyte.flow;

import io.rapidbyte.model.Failure;
import java.time.Duration;
import java.util.Map;

/** How a stage ended. */
public sealed interface StageOutcome {
    EdgeCounts in();

    EdgeCounts out();

    Account account();

    /**
     * What is known of a stage's work beyond what passed over its edges.
     *
     * @param timings by what the time went to, such as {@code emit-wait}; {@code total} is all of it, {@code cpu} what
     *     the guest thread computed meanwhile, {@code cpu-wait} how long at least it stood in guest code
     * @param metrics what the guest told of itself, by its own names
     */
    record Account(Map<String, Duration> timings, Map<String, Double> metrics) {
        static final Account NONE = new Account(Map.of(), Map.of());

        public Account {
            timings = Map.copyOf(timings);
            metrics = Map.copyOf(metrics);
        }
    }

    /**
     * The guest worked its stream to the end.
     *
     * @param summary what the guest says, found to agree with what passed over the edges
     */
    record Succeeded(StageGuest.Summary summary, EdgeCounts in, EdgeCounts out, Account account)
            implements StageOutcome {}

    /**
     * The stage ended before its stream did.
     *
     * @param failure why; where it is an echo, the neighbour's reason
     * @param echo whether the stage ended only because a neighbour failed or the run was cancelled
     */
    record Failed(Failure failure, boolean echo, EdgeCounts in, EdgeCounts out, Account account)
            implements StageOutcome {}
}
