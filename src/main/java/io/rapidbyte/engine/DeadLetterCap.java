package io.rapidbyte.engine;

import io.rapidbyte.config.DestinationSettings;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RejectedRecord;
import java.util.Optional;

/** How many dead letters a run may still make, and of what size, over all its streams (I20). Any thread. */
final class DeadLetterCap {
    private final long most;
    private final long mostBytes;

    // guarded by this
    private Amount made = Amount.NONE;

    /** Rows, and the bytes that they take as text; a character counts as one. */
    record Amount(long rows, long bytes) {
        static final Amount NONE = new Amount(0, 0);

        static Amount of(RejectedRecord row) {
            return new Amount(1, row.row().length() + row.message().length());
        }

        Amount plus(Amount other) {
            return new Amount(rows + other.rows, bytes + other.bytes);
        }

        Amount minus(Amount other) {
            return new Amount(rows - other.rows, bytes - other.bytes);
        }
    }

    DeadLetterCap(long most) {
        this(most, DestinationSettings.MAX_DEAD_LETTER_BYTES);
    }

    DeadLetterCap(long most, long mostBytes) {
        this.most = most;
        this.mostBytes = mostBytes;
    }

    /** Counts one; fails if it is one too many. */
    synchronized void add(String stream, RejectedRecord row) {
        made = made.plus(Amount.of(row));
        if (made.rows() > most) {
            throw full(
                    stream,
                    "more than " + most + " rows of this run were rejected, as many as max_dead_letters allows",
                    "mend the rows, or raise max_dead_letters",
                    row);
        }
        if (made.bytes() > mostBytes) {
            throw full(
                    stream,
                    "the " + made.rows() + " rows of this run that were rejected take more than " + mostBytes
                            + " bytes as text, the most that is kept of a run",
                    "mend the rows, or leave them out with on_data_error: skip",
                    row);
        }
    }

    private static FailureException full(String stream, String what, String remedy, RejectedRecord last) {
        return new FailureException(new Failure(
                FailureKind.DESTINATION,
                ConnectorError.permanent(
                        ErrorCategory.DATA,
                        "dlq.full",
                        what + "; the last one: " + last.message()
                                + "; those that count are shown by rapidbyte dlq list: " + remedy),
                Optional.of(stream),
                Optional.empty()));
    }

    /** Those of an attempt that failed before they counted: the next attempt makes them again. */
    synchronized void giveBack(Amount lost) {
        made = made.minus(lost);
    }
}
