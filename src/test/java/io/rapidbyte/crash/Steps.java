package io.rapidbyte.crash;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The registry of durable steps: where a run makes something durable, in its state or in its destination. {@link
 * FullCrashSweepTest} kills runs at each of them.
 */
final class Steps {
    static final String FRONTIER_SAVED = "state.frontier.saved";

    /** All rows of the frontier are at the server, not committed. */
    static final String ROWS_STAGED = "destination.rows.staged";

    /** The receipt lies beside the rows; COMMIT comes next. */
    static final String COMMITTING = "destination.receipt.written";

    /** The server has confirmed it; the host does not know yet. */
    static final String COMMITTED = "destination.committed";

    private static final String STATE = "state.";
    private static final String DESTINATION = "destination.";

    /** What every run that reads rows comes by. */
    private static final Set<String> ALWAYS = union(
            saved("run-begin", "frontier", "run-end"),
            written("claimed", "rows.staged", "prepared", "receipt.written", "committed"));

    /** What goes on after a death between the destination's commit and the state's (I8). */
    private static final Set<String> RECEIPT = saved("receipt");

    private static final Set<String> DEAD_LETTERS = saved("dead-letters");
    private static final Set<String> RETRY = saved("attempt-start", "attempt-end");
    private static final Set<String> TABLE = written("table.created");
    private static final Set<String> MERGE = written("upsert.merged");
    private static final Set<String> SWAP = written("shadow.created", "swap.begin", "swapped");

    /** What begins a stream anew: other settings, or the user's word. */
    static final Set<String> LOAD_REPLACED = saved("load-replace");

    static final Set<String> RESET = saved("reset");

    private static final Set<String> ALTERED = saved("schema-change");

    /** After these a run has nothing more to do there, so that its recovery does not come by again. */
    static final Set<String> ONCE = union(TABLE, ALTERED, Set.of("state.load-replace.saved"));

    private Steps() {}

    /** All that runs of this kind come by, their recoveries included. */
    static Set<String> of(Mode mode, Variant variant) {
        Set<String> steps = union(ALWAYS, RECEIPT);
        switch (mode) {
            case APPEND, INCREMENTAL_APPEND -> {}
            case REPLACE -> steps.addAll(SWAP);
            case UPSERT, INCREMENTAL_UPSERT -> steps.addAll(MERGE);
        }
        steps.addAll(peculiar(mode, variant));
        return steps;
    }

    /** Those of them where {@code variant} goes another way than a plain run does. */
    static Set<String> peculiar(Mode mode, Variant variant) {
        return switch (variant) {
            // A recovery that finds its load complete goes on with the next one.
            case PLAIN -> mode.incremental() ? LOAD_REPLACED : Set.of();
            case BAD_ROWS -> DEAD_LETTERS;
            case NO_TABLE, NARROW_TABLE -> union(mode == Mode.REPLACE ? SWAP : TABLE, ALTERED);
            case KEPT_TABLE -> SWAP;
            case LOST_ANSWERS -> union(RETRY, RECEIPT);
            case STATE_SERVER -> union(saved("run-begin", "frontier", "run-end"), RECEIPT);
        };
    }

    static Set<String> all() {
        Set<String> all = union(LOAD_REPLACED, RESET);
        for (Mode mode : Mode.values()) {
            for (Variant variant : Variant.values()) {
                all.addAll(of(mode, variant));
            }
        }
        return all;
    }

    /** The registry's transactions of the state; each is a step right before its commit, and one right after. */
    static Set<String> transactions() {
        return named(STATE, ".saved");
    }

    /** The registry's steps of the destination, by the destination's own names. */
    static Set<String> writes() {
        return named(DESTINATION, "");
    }

    private static Set<String> named(String prefix, String suffix) {
        Set<String> names = new TreeSet<>();
        for (String step : all()) {
            if (step.startsWith(prefix) && step.endsWith(suffix)) {
                names.add(step.substring(prefix.length(), step.length() - suffix.length()));
            }
        }
        return names;
    }

    private static Set<String> saved(String... transactions) {
        Set<String> steps = new TreeSet<>();
        for (String transaction : transactions) {
            steps.addAll(List.of(STATE + transaction + ".saving", STATE + transaction + ".saved"));
        }
        return steps;
    }

    private static Set<String> written(String... names) {
        Set<String> steps = new TreeSet<>();
        Arrays.stream(names).map(DESTINATION::concat).forEach(steps::add);
        return steps;
    }

    @SafeVarargs
    private static Set<String> union(Set<String>... sets) {
        Set<String> all = new TreeSet<>();
        for (Set<String> set : sets) {
            all.addAll(set);
        }
        return all;
    }
}
