package io.rapidbyte.state;

import java.util.List;

/**
 * A run that holds its pipeline's lease; every write of the run is made with it.
 *
 * @param stateId names the state that counts the epochs
 * @param epoch of the lease; a write fails once a later run has a greater one
 * @param loads as they stood when the run began, in the order of its streams
 */
public record OpenRun(String pipeline, String runId, String stateId, long epoch, List<Load> loads) {
    public OpenRun {
        loads = List.copyOf(loads);
    }
}
