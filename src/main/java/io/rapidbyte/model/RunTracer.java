package io.rapidbyte.model;

/**
 * Follows runs while they go on, for whoever keeps traces. Called on an event loop, one call at a time, and never waited for: it must
 * not block. What it throws ends no run.
 */
public interface RunTracer {
    /** Nobody keeps traces. */
    RunTracer NONE = new RunTracer() {
        @Override
        public void heard(RunEvent event) {}

        @Override
        public StageTrace stage(String runId, String streamName, String stage, String connector) {
            return StageTrace.NONE;
        }
    };

    /** Hears every event of every run, in order, and before anybody else does. */
    void heard(RunEvent event);

    /**
     * A stage of the attempt under way begins.
     *
     * @param stage its place in the pipeline, as of {@link RunEvent.StreamProgress#limitedBy}
     */
    StageTrace stage(String runId, String streamName, String stage, String connector);
}
