package io.rapidbyte.model;

/**
 * Names a run so that a destination can tell its receipts and its leftovers apart, and later runs from
 * earlier ones.
 *
 * @param loadId stays the same over the attempts of one load; unique among loads
 * @param stateId names the state that counts the epochs; those of another state cannot be compared
 * @param epoch of two runs of a pipeline, the later one has the greater; 0 outside of runs
 * @param attempt counts from 1 in each run
 */
public record RunIdentity(String pipeline, String runId, String loadId, String stateId, long epoch, int attempt) {
    /** Of something that is asked outside of any run, under a name of its own. */
    public static RunIdentity outsideOfRuns(String pipeline, String name) {
        return new RunIdentity(pipeline, name, name, "", 0, 1);
    }
}
