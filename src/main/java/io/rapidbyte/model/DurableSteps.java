package io.rapidbyte.model;

import java.util.function.Consumer;

/**
 * Where a run makes something durable. The host and its connectors say when they come by such a
 * point; whoever wants to see what happens if the process dies there listens.
 */
public final class DurableSteps {
    private static volatile Consumer<String> listener = step -> {};

    private DurableSteps() {}

    /** Told of every step, on the thread that takes it. For tests. */
    public static void listen(Consumer<String> to) {
        listener = to;
    }

    /**
     * Tells that a step is taken.
     *
     * @param step such as {@code state.frontier.saved}; a connector's begins with its role
     */
    public static void reached(String step) {
        listener.accept(step);
    }
}
