package io.rapidbyte.conformance;

import io.rapidbyte.model.ConnectorRole;
import java.util.Optional;

/**
 * What came out of one clause.
 *
 * @param role the role it was tried in; empty where it is about the files alone
 * @param reason why it failed or was skipped; what was seen, where it passed
 */
public record Verdict(Clause clause, Optional<ConnectorRole> role, Outcome outcome, String reason) {

    /** Of a clause. */
    public enum Outcome {
        PASS,
        FAIL,
        /** Nothing was learnt; the reason says what it takes. */
        SKIPPED
    }
}
