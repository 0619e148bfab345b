package io.rapidbyte.state;

import io.rapidbyte.model.RejectedRecord;
import java.util.Optional;

/**
 * A dead letter that the destination was given again.
 *
 * @param refusal why it refused it again; empty if it took it
 */
public record ReplayedLetter(long id, Optional<RejectedRecord> refusal) {}
