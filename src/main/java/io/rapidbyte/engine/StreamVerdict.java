package io.rapidbyte.engine;

import io.rapidbyte.model.Failure;
import io.rapidbyte.model.RepairSummary;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whether one stream's target has what its source has.
 *
 * @param sourceRows before any repair, as {@code targetRows}
 * @param ranges how many were compared
 * @param differences in no order; after a repair those that are left
 * @param complete whether these are all; there is a limit to how many are looked for
 * @param repaired what was changed; empty if nothing was
 * @param notes what was not compared, and why
 * @param failure why it could not be compared or repaired
 */
public record StreamVerdict(
        String streamName,
        Status status,
        long sourceRows,
        long targetRows,
        int ranges,
        List<Difference> differences,
        boolean complete,
        Optional<RepairSummary> repaired,
        List<String> notes,
        Optional<Failure> failure,
        Duration duration) {
    /** The outcome. */
    public enum Status {
        EQUAL,
        DIFFERENT,
        /** It differed, and is equal now. */
        REPAIRED,
        FAILED
    }

    public StreamVerdict {
        differences = List.copyOf(differences);
        notes = List.copyOf(notes);
    }
}
