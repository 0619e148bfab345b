package io.rapidbyte.state;

import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.util.Optional;

/**
 * All of one stream's rows from a beginning to completeness, and how far they have got.
 *
 * @param continued whether an earlier run opened it
 * @param syncMode as it was opened, like {@code writeMode} and {@code fingerprint}
 * @param sequence of the last frontier that was saved; 0 for none
 * @param payload of that frontier; empty for none
 * @param rows rows of the load that the destination took up to there, rejected ones included
 * @param rejected rows among them that it did not store
 * @param cursor of the stream, from whichever load
 */
public record Load(
        String stream,
        String loadId,
        boolean continued,
        SyncMode syncMode,
        WriteMode writeMode,
        String fingerprint,
        long sequence,
        String payload,
        long rows,
        long rejected,
        Optional<CursorValue> cursor) {}
