package io.rapidbyte.conformance;

import io.rapidbyte.conformance.Verdict.Outcome;
import java.util.List;

/**
 * All verdicts on one connector.
 *
 * @param name short name, or the path where it has none
 * @param location the module's file, or {@code bundled}
 */
public record ConformanceReport(String name, String location, List<Verdict> verdicts) {
    public ConformanceReport {
        verdicts = List.copyOf(verdicts);
    }

    /** Whether nothing failed. What was skipped is not known to be right. */
    public boolean passed() {
        return count(Outcome.FAIL) == 0;
    }

    public long count(Outcome outcome) {
        return verdicts.stream().filter(verdict -> verdict.outcome() == outcome).count();
    }
}
