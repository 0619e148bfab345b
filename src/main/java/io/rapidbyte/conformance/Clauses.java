package io.rapidbyte.conformance;

import io.rapidbyte.conformance.Verdict.Outcome;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Tries clauses and keeps their verdicts. */
final class Clauses {
    /** Tells what was seen; throws {@link Breach}, {@link Skip} or the connector's own error otherwise. */
    interface Try {
        String look() throws ConnectorException;
    }

    private final Set<Clause> wanted;
    private final Map<Clause, Try> tries = new EnumMap<>(Clause.class);

    /** @param wanted the only ones that are tried */
    Clauses(Set<Clause> wanted) {
        this.wanted = wanted;
    }

    void add(Clause clause, Try attempt) {
        if (tries.put(clause, attempt) != null) {
            throw new IllegalStateException(clause + " is tried twice");
        }
    }

    /** In the order of their ids. */
    List<Verdict> verdicts(Optional<ConnectorRole> role) {
        List<Verdict> verdicts = new ArrayList<>();
        tries.forEach((clause, attempt) -> {
            if (wanted.contains(clause)) {
                verdicts.add(verdict(clause, role, attempt));
            }
        });
        return verdicts;
    }

    private static Verdict verdict(Clause clause, Optional<ConnectorRole> role, Try attempt) {
        try {
            return new Verdict(clause, role, Outcome.PASS, attempt.look());
        } catch (Skip e) {
            return new Verdict(clause, role, Outcome.SKIPPED, String.valueOf(e.getMessage()));
        } catch (Breach e) {
            return new Verdict(clause, role, Outcome.FAIL, String.valueOf(e.getMessage()));
        } catch (ConnectorException e) {
            return new Verdict(clause, role, Outcome.FAIL, Breach.tell(e));
        }
    }
}
