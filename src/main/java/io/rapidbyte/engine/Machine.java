package io.rapidbyte.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A state machine as a table and nothing else: no clock, no bus. What a table does not list cannot
 * happen; what may happen and means nothing is listed with no effect.
 */
final class Machine<S extends Enum<S>, G extends Enum<G>, E extends Enum<E>> {
    /** In state {@code from}, {@code signal} leads to {@code to}, and {@code effects} are to be carried out in order. */
    record Rule<S, G, E>(S from, G signal, S to, List<E> effects) {}

    private record Cell<S, G>(S state, G signal) {}

    private final String name;
    private final List<Rule<S, G, E>> rules;
    private final Map<Cell<S, G>, Rule<S, G, E>> table = new HashMap<>();

    Machine(String name, List<Rule<S, G, E>> rules) {
        this.name = name;
        this.rules = List.copyOf(rules);
        for (Rule<S, G, E> rule : rules) {
            if (table.put(new Cell<>(rule.from(), rule.signal()), rule) != null) {
                throw new IllegalArgumentException(name + ": two rules for " + rule.from() + " on " + rule.signal());
            }
        }
    }

    /** The rule for this signal in this state. */
    Rule<S, G, E> on(S state, G signal) {
        Rule<S, G, E> rule = table.get(new Cell<>(state, signal));
        if (rule == null) {
            throw new IllegalStateException(name + ": " + signal + " cannot happen in state " + state);
        }
        return rule;
    }

    /** In the order of the table. */
    List<Rule<S, G, E>> rules() {
        return rules;
    }

    String name() {
        return name;
    }
}
