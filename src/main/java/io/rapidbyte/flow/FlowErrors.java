package io.rapidbyte.flow;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;

/** The errors an edge itself can give, in one place so that their codes stay distinct. */
final class FlowErrors {
    private FlowErrors() {}

    static ConnectorError sequenceGap(EdgeAddress edge, long expected, long got) {
        return defect(
                "flow.sequence-gap",
                edge + ": frame " + expected + " was expected, " + got
                        + " came; rows may have been lost, so the stream is given up");
    }

    static ConnectorError windowOverrun(EdgeAddress edge, int frames) {
        return defect(
                "flow.window-overrun", edge + ": the upstream sent more than the " + frames + " frames it was granted");
    }

    static ConnectorError afterTheEnd(EdgeAddress edge, long sequence) {
        return defect("flow.frame-after-end", edge + ": frame " + sequence + " came after the end of the stream");
    }

    static ConnectorError countsDiffer(EdgeAddress edge, EdgeCounts sent, EdgeCounts received) {
        return defect("flow.counts-differ", edge + ": the upstream sent " + sent + ", but " + received + " arrived");
    }

    static ConnectorError grantBeyondSent(EdgeAddress edge, long through) {
        return defect(
                "flow.grant-beyond-sent",
                edge + ": the downstream granted frames through " + through + ", more than it can have consumed");
    }

    static ConnectorError emptyBatch(String connector) {
        return defect(
                "flow.empty-batch",
                connector + " emitted a batch of zero bytes; "
                        + "a batch is an Arrow IPC stream, which has at least a schema");
    }

    static ConnectorError malformedBatch(String connector, String why) {
        return defect(
                "flow.malformed-batch",
                connector + " emitted a batch that is no Arrow IPC stream: " + why
                        + "; this is a defect of the connector");
    }

    static ConnectorError corruptFrame(String edge, String why) {
        return defect("flow.corrupt-frame", edge + ": " + why);
    }

    static ConnectorError outOfMemory(String connector, int bytes) {
        return ConnectorError.permanent(
                ErrorCategory.INTERNAL,
                "flow.out-of-memory",
                connector + " emitted a batch of "
                        + bytes + " bytes and the process has no off-heap memory left for it; lower max_batch_bytes, "
                        + "max_inflight_batches or parallelism, or raise -XX:MaxDirectMemorySize");
    }

    static ConnectorError afterEmitting(String connector) {
        return defect("flow.emit-after-end", connector + " emitted after its stream was closed");
    }

    static ConnectorError cancelled() {
        return ConnectorError.permanent(ErrorCategory.CANCELLED, "run.cancelled", "the run was cancelled");
    }

    /** What the guest of a stage is told when the stage before it failed (I1). */
    static ConnectorError upstreamFailed(Failure failure) {
        return ConnectorError.permanent(
                ErrorCategory.CANCELLED,
                "flow.upstream-failed",
                "the stream ended early because " + failure.stage().orElse("the stage before") + " failed: "
                        + failure.error().message());
    }

    /** What the guest of a stage is told when the stage after it failed. */
    static ConnectorError downstreamFailed(Failure failure) {
        return ConnectorError.permanent(
                ErrorCategory.CANCELLED,
                "flow.downstream-failed",
                "nothing more is taken because " + failure.stage().orElse("the stage after") + " failed: "
                        + failure.error().message());
    }

    static ConnectorError defect(String code, String message) {
        return ConnectorError.permanent(ErrorCategory.INTERNAL, code, message);
    }
}
