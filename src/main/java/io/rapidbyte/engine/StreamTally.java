package io.rapidbyte.engine;

import io.rapidbyte.flow.EdgeCounts;
import io.rapidbyte.flow.StageOutcome;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** What is known of one attempt from its stages' outcomes. On the orchestrator's event loop. */
final class StreamTally {
    private final String stream;
    private final int stageCount;
    private final Map<StagePlan, StageOutcome> outcomes = new LinkedHashMap<>();
    private Optional<Failure> deployFailure = Optional.empty();

    StreamTally(String stream, int stageCount) {
        this.stream = stream;
        this.stageCount = stageCount;
    }

    String stream() {
        return stream;
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
        return causes().stream()
                .findFirst()
                .or(() -> failed().stream().findFirst().map(StageOutcome.Failed::failure));
    }

    /** Every failure that is nobody's echo, the first to come first. */
    List<Failure> causes() {
        if (deployFailure.isPresent()) {
            return deployFailure.stream().toList();
        }
        List<StageOutcome.Failed> failed = failed();
        if (failed.isEmpty() && complete() && !balanced()) {
            return List.of(internal(
                    "engine.rows-lost",
                    read() + " left the source, " + edge(ConnectorRole.DESTINATION) + " reached the destination"));
        }
        return failed.stream()
                .filter(f -> !f.echo())
                .map(StageOutcome.Failed::failure)
                .toList();
    }

    private List<StageOutcome.Failed> failed() {
        List<StageOutcome.Failed> failed = new ArrayList<>();
        for (StageOutcome outcome : outcomes.values()) {
            if (outcome instanceof StageOutcome.Failed f) {
                failed.add(f);
            }
        }
        return failed;
    }

    private Failure internal(String code, String message) {
        return new Failure(
                FailureKind.INTERNAL,
                ConnectorError.permanent(ErrorCategory.INTERNAL, code, message),
                Optional.of(stream),
                Optional.empty());
    }

    /** What left the source. */
    EdgeCounts read() {
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

    /** Rows that the destination says it left out or handed over as dead letters; 0 unless it succeeded. */
    long rejected() {
        for (Map.Entry<StagePlan, StageOutcome> e : outcomes.entrySet()) {
            if (e.getKey().role() == ConnectorRole.DESTINATION && e.getValue() instanceof StageOutcome.Succeeded s) {
                return s.summary().rejected();
            }
        }
        return 0;
    }

    /** By stage and what the time went to. */
    Map<String, Duration> timings() {
        return byStage(StageOutcome.Account::timings);
    }

    /** By stage and the name that its connector gave. */
    Map<String, Double> metrics() {
        return byStage(StageOutcome.Account::metrics);
    }

    private <V> Map<String, V> byStage(Function<StageOutcome.Account, Map<String, V>> part) {
        Map<String, V> all = new TreeMap<>();
        outcomes.forEach((stage, outcome) ->
                part.apply(outcome.account()).forEach((what, value) -> all.put(stage.name() + "." + what, value)));
        return all;
    }
}
