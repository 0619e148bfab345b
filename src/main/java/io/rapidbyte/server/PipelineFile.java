package io.rapidbyte.server;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.model.Problem;
import java.util.List;
import java.util.Optional;

/**
 * A pipeline of the folder.
 *
 * @param name of its file, without the ending
 * @param tag changes with the text
 * @param pipeline empty where there are problems
 */
record PipelineFile(String name, String text, String tag, Optional<Pipeline> pipeline, List<Problem> problems) {

    /** @throws HttpProblem where the file has problems */
    Pipeline sound() {
        return pipeline.orElseThrow(() -> Refusals.problems(new PipelineException(problems)));
    }
}
