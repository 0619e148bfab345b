package io.rapidbyte.engine;

import java.time.Duration;
import java.util.List;

/** What a verification found, by stream in the pipeline's order. */
public record VerifyReport(List<StreamVerdict> streams, Duration duration) {
    public VerifyReport {
        streams = List.copyOf(streams);
    }
}
