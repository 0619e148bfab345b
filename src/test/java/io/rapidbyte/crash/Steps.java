package io.rapidbyte.crash;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The registry of durable steps: where a run makes something durable, in its state or in its destination. A full sweep has to come
 * by each of them, and by no other.
 */
final class Steps {
    static final String FRONTIER_SAVED = "state.frontier.saved";

    /** All rows of the frontier are at the server, not committed. */
    static final String ROWS_STAGED = "destination.rows.staged";

    /** The receipt lies beside the rows; COMMIT comes next. */
    static final String COMMITTING = "destination.receipt.written";

    /** The server has confirmed it; the host does not know yet. */
    static final String COMMITTED = "destination.committed";

    /** Transactions of the state; each is a step right before its commit, and one right after. */
    private static final List<String> STATE =
            List.of("run-begin", "attempt-start", "dead-letters", "frontier", "receipt", "attempt-end", "run-end");

    /** Those that dest-postgres lists in its {@code steps.rs}. */
    private static final List<String> DESTINATION = List.of(
            "claimed",
            "table.created",
            "shadow.created",
            "upsert.merged",
            "rows.staged",
            "prepared",
            "swap.begin",
            "swapped",
            "receipt.written",
            "committed");

    private Steps() {}

    static Set<String> all() {
        return Stream.of(
                        STATE.stream().map(step -> "state." + step + ".saving"),
                        STATE.stream().map(step -> "state." + step + ".saved"),
                        DESTINATION.stream().map(step -> "destination." + step))
                .flatMap(steps -> steps)
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
