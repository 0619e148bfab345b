package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import java.util.List;

/** Turns a pipeline into what a run deploys. */
@FunctionalInterface
interface RunPlanner {
    /**
     * The run's streams, in the order of the pipeline. Blocks on files.
     *
     * @throws PipelineException with every problem that can be seen without starting a guest
     */
    List<StreamPlan> plan(Pipeline pipeline, String runId) throws PipelineException;
}
