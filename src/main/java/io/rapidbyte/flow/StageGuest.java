package io.rapidbyte.flow;

import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.StageTrace;
import java.time.Duration;
import java.util.Map;

/**
 * What a stage runs on its guest thread. Belongs to that thread, but for {@link #cancel} and
 * {@link #timings}.
 */
public interface StageGuest {

    /** Makes a guest. Called on the guest thread. */
    @FunctionalInterface
    interface Maker {
        StageGuest make(GuestPort port, StageTrace trace) throws ConnectorException;
    }

    /**
     * What a guest says it did.
     *
     * @param rowsIn rows it took; 0 for a source
     * @param rowsOut rows it emitted; 0 for a destination
     * @param rejected rows among those it took that a destination did not store
     * @param position what a source's last barrier is to carry; empty without one
     */
    record Summary(long rowsIn, long rowsOut, long rejected, String position) {
        /** With nothing rejected, and without a position. */
        public Summary(long rowsIn, long rowsOut) {
            this(rowsIn, rowsOut, 0, "");
        }
    }

    /** Works the stage's stream to its end. */
    Summary run() throws ConnectorException;

    /** Ends it for good, whatever it does. Any thread; returns at once. */
    void cancel();

    /** Where its time went so far. Any thread. */
    Map<String, Duration> timings();

    /** Always called, whatever happened before. */
    void close() throws ConnectorException;
}
