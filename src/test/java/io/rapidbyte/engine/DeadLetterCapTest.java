package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rapidbyte.engine.DeadLetterCap.Amount;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.RejectedRecord;
import org.junit.jupiter.api.Test;

/** A run ends honestly when it makes too many dead letters, or too large ones (I20). */
class DeadLetterCapTest {
    private static RejectedRecord row(int bytes) {
        return new RejectedRecord("items", "x".repeat(bytes), ErrorCategory.DATA, "pg.23514", "");
    }

    private static String refusal(DeadLetterCap cap, RejectedRecord row) {
        FailureException refusal = catchThrowableOfType(FailureException.class, () -> cap.add("items", row));
        assertThat(refusal.failure().error().code()).isEqualTo("dlq.full");
        assertThat(refusal.failure().streamName()).contains("items");
        return refusal.failure().error().message();
    }

    @Test
    void one_row_too_many() {
        DeadLetterCap cap = new DeadLetterCap(2);
        cap.add("items", row(1));
        cap.add("items", row(1));
        assertThat(refusal(cap, row(1))).contains("more than 2 rows", "max_dead_letters", "dlq list");
    }

    @Test
    void one_byte_too_many() {
        DeadLetterCap cap = new DeadLetterCap(100, 1000);
        cap.add("items", row(600));
        cap.add("items", row(400));
        assertThat(refusal(cap, row(1))).contains("3 rows", "1000 bytes", "dlq list");
    }

    @Test
    void what_an_attempt_that_failed_has_made_does_not_count() {
        DeadLetterCap cap = new DeadLetterCap(1, 1000);
        cap.add("items", row(1000));
        cap.giveBack(new Amount(1, 1000));
        cap.add("items", row(1000));
        assertThat(refusal(cap, row(1))).contains("more than 1 rows");
    }
}
