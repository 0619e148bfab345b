package io.rapidbyte.engine;

import io.rapidbyte.model.RunReport;
import io.vertx.core.Future;

/** A run under way. Safe on any thread. */
public interface RunHandle {
    String runId();

    /** Completes when the run has begun, which its first event tells too; fails as {@link #report()} if it was refused. */
    Future<Void> accepted();

    /** Completes when every stage has ended, whatever the outcome; fails only for a defect. */
    Future<RunReport> report();

    /** Asks the run to stop; {@link #report()} then completes as cancelled. Calling it again does nothing. */
    void cancel();
}
