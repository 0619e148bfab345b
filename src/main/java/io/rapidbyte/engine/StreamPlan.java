package io.rapidbyte.engine;

import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.flow.StagePlan;
import java.util.List;

/**
 * One stream of a run.
 *
 * @param name as the pipeline has it
 * @param stages from the source to the destination
 */
record StreamPlan(String name, List<Stage> stages) {
    StreamPlan {
        stages = List.copyOf(stages);
    }

    /** A stage and what makes its guest. */
    record Stage(StagePlan plan, StageGuest.Maker maker) {}
}
