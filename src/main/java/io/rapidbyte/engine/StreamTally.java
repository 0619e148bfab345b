package io.rapidbyte.engine;

import io.rapidbyte.flow.EdgeCounts;
import io.rapidbyte.flow.StageOutcome;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What is known of a stream, from its stages' outcomes and its connectors' warnings. On the orchestrator's event loop. */
final class StreamTally {
    /** A stream that has more to warn of than this has one thing to warn of: itself. */
    private static final int MAX_WARNINGS = 100;

    private final String stream;
    private final int stageCount;
    private final Map<StagePlan, StageOutcome> outcomes = new LinkedHashMap<>();
    private final Set<String> warnings = new LinkedHashSet<>();
    private long furtherWarnings;
    private Optional<Failure> deployFailure = Optional.empty();

    StreamTally(String stream, int stageCount) {
        this.stream = stream;
        this.stageCount = stageCount;
    }

    void warned(String message) {
        if (warnings.size() < MAX_WARNINGS) {
            warnings.add(message);
        } else if (!warnings.contains(message)) {
            furtherWarnings++;
        }
    }

    void deployFailed(Throwable cause) {
        deployFailure = Optional.of(internal("engine.deploy-failed", "the stages could not be deployed: " + cause));
    }

    void ended(StagePlan stage, StageOutcome outcome) {
        outcomes.put(stage, outcome);
    }

    boolean complete() {
        return outcomes.size() == stageCount;
    }

    boolean allSucceeded() {
        return complete() && outcomes.values().stream().allMatch(o -> o instanceof StageOutcome.Succeeded);
    }

    /** Without a transform, what left the source is what reached the destination; both ends counted for themselves. */
    boolean balanced() {
        return stageCount > 2
                || read().rows() == edge(ConnectorRole.DESTINATION).rows();
    }

    /** The first failure that is nobody's echo; where all are, the first. */
    Optional<Failure> failure() {
        if (deployFailure.isPresent()) {
            return deployFailure;
        }
        List<StageOutcome.Failed> failed = new ArrayList<>();
        for (StageOutcome outcome : outcomes.values()) {
            if (outcome instanceof StageOutcome.Failed f) {
                failed.add(f);
            }
        }
        Optional<StageOutcome.Failed> root =
                failed.stream().filter(f -> !f.echo()).findFirst();
        if (root.isEmpty() && failed.isEmpty() && complete() && !balanced()) {
            return Optional.of(internal(
                    "engine.rows-lost",
                    read() + " left the source, " + edge(ConnectorRole.DESTINATION) + " reached the destination"));
        }
        return root.or(() -> failed.stream().findFirst()).map(StageOutcome.Failed::failure);
    }

    private Failure internal(String code, String message) {
        return new Failure(
                FailureKind.INTERNAL,
                ConnectorError.permanent(ErrorCategory.INTERNAL, code, message),
                Optional.of(stream),
                Optional.empty());
    }

    StreamReport report(RunStatus status, Duration duration) {
        EdgeCounts read = read();
        return new StreamReport(
                stream,
                status,
                read.rows(),
                rowsWritten(),
                read.bytes(),
                read.batches(),
                duration,
                warnings(),
                timings(),
                status == RunStatus.SUCCEEDED || status == RunStatus.SKIPPED ? Optional.empty() : failure());
    }

    private EdgeCounts read() {
        return edge(ConnectorRole.SOURCE);
    }

    private EdgeCounts edge(ConnectorRole role) {
        for (Map.Entry<StagePlan, StageOutcome> e : outcomes.entrySet()) {
            if (e.getKey().role() == role) {
                return role == ConnectorRole.SOURCE
                        ? e.getValue().out()
                        : e.getValue().in();
            }
        }
        return EdgeCounts.NONE;
    }

    /** Only what the destination confirmed counts as written. */
    private long rowsWritten() {
        for (Map.Entry<StagePlan, StageOutcome> e : outcomes.entrySet()) {
            if (e.getKey().role() == ConnectorRole.DESTINATION && e.getValue() instanceof StageOutcome.Succeeded s) {
                return s.summary().rowsIn();
            }
        }
        return 0;
    }

    private List<String> warnings() {
        List<String> all = new ArrayList<>(warnings);
        if (furtherWarnings > 0) {
            all.add(furtherWarnings + " further warnings are in the log");
        }
        return all;
    }

    private Map<String, Duration> timings() {
        Map<String, Duration> all = new TreeMap<>();
        outcomes.forEach((stage, outcome) ->
                outcome.timings().forEach((what, time) -> all.put(stage.name() + "." + what, time)));
        return all;
    }
}
