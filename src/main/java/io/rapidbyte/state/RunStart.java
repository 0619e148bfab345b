package io.rapidbyte.state;

import java.time.Instant;
import java.util.List;

/**
 * A run that is about to begin.
 *
 * @param trigger who asked for it, such as {@code cli} or {@code schedule}
 * @param streams in the order of the pipeline, each once
 */
public record RunStart(
        String pipeline,
        String runId,
        LeaseHolder holder,
        Instant startedAt,
        String trigger,
        List<LoadRequest> streams) {
    public RunStart {
        streams = List.copyOf(streams);
    }
}
