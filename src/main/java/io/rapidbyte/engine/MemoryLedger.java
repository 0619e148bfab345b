package io.rapidbyte.engine;

import io.rapidbyte.flow.Frontier;
import io.rapidbyte.flow.StreamLedger;
import io.rapidbyte.model.RejectedRecord;
import java.util.List;

/** Keeps nothing beyond the attempt. */
final class MemoryLedger implements StreamLedger {
    @Override
    public long committedSequence() {
        return 0;
    }

    @Override
    public void prepare(long sequence, List<RejectedRecord> rejected) {}

    @Override
    public void committed(Frontier frontier) {}
}
