package io.rapidbyte.flow;

import io.rapidbyte.model.Failure;

/** What an inlet tells its outlet. */
sealed interface Credit {
    /**
     * Frames up to and including this sequence number may be sent. Cumulative: a later grant makes
     * up for a lost one.
     */
    record Granted(long through) implements Credit {}

    /** Rows may come in this form as well. */
    record FormAccepted(String form) implements Credit {}

    /** The first batch was taken, and more is asked for: what has not been accepted by now is not likely to be. */
    record FirstTaken() implements Credit {}

    /** The downstream failed or was cancelled and takes nothing more. */
    record Refused(Failure failure) implements Credit {}
}
