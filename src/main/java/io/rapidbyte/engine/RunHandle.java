package io.rapidbyte.engine;

import io.rapidbyte.model.RunReport;
import io.vertx.core.Future;

/** A run under way. Safe on any thread. */
public interface RunHandle {
    String runId();

    /** Completes when every stage has ended, whatever the outcome; fails only for a defect. */
    Future<RunReport> report();

    /** Asks the run to stop; {@link #report()} then completes as cancelled. Calling it again does nothing. */
    void cancel();
}
