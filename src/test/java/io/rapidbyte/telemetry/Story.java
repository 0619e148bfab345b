package io.rapidbyte.telemetry;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Two runs as events tell them: one that succeeds at its second attempt, and one that fails. */
final class Story {
    static final Instant BEGIN = Instant.parse("2026-01-02T03:04:05Z");

    private Story() {}

    private static Instant at(long seconds) {
        return BEGIN.plusSeconds(seconds);
    }

    static List<RunEvent> succeeding(String pipeline) {
        StreamReport users = new StreamReport(
                "users",
                RunStatus.SUCCEEDED,
                1000,
                990,
                10,
                64_000,
                4,
                2,
                Optional.empty(),
                Duration.ofSeconds(8),
                List.of(),
                List.of(),
                Map.of(
                        "source.total", Duration.ofSeconds(4),
                        "source.fetch", Duration.ofSeconds(1),
                        "source.emit-wait", Duration.ofSeconds(3),
                        "destination.total", Duration.ofSeconds(4),
                        "destination.copy", Duration.ofSeconds(3)),
                Map.of(),
                Optional.empty());
        return List.of(
                new RunEvent.RunStarted("good", 1, at(0), pipeline, List.of("users")),
                new RunEvent.StreamStarted("good", 2, at(1), "users"),
                new RunEvent.StreamProgress(
                        "good", 3, at(2), "users", 400, 30_000, 300, 0, Optional.empty(), Optional.empty(), List.of()),
                new RunEvent.StreamRetrying("good", 4, at(3), "users", 1, "pg.gone", "it broke", Duration.ofSeconds(1)),
                new RunEvent.FrontierCommitted("good", 5, at(8), "users", 1, 1000, true, Duration.ofMillis(20)),
                new RunEvent.StreamFinished("good", 6, at(9), users),
                new RunEvent.RunFinished(
                        "good",
                        7,
                        at(10),
                        new RunReport(
                                "good",
                                pipeline,
                                RunStatus.SUCCEEDED,
                                BEGIN,
                                Duration.ofSeconds(10),
                                List.of(users),
                                Optional.empty())));
    }

    static List<RunEvent> failing(String pipeline) {
        Failure failure = new Failure(
                FailureKind.SOURCE,
                ConnectorError.permanent(ErrorCategory.DATA, "pg.bad-row", "a row is bad"),
                Optional.of("orders"),
                Optional.of("source (x)"));
        StreamReport orders = new StreamReport(
                "orders",
                RunStatus.FAILED,
                5,
                0,
                0,
                100,
                1,
                1,
                Optional.empty(),
                Duration.ofSeconds(1),
                List.of(),
                List.of(),
                Map.of(),
                Map.of(),
                Optional.of(failure));
        return List.of(
                new RunEvent.RunStarted("bad", 1, at(0), pipeline, List.of("orders")),
                new RunEvent.StreamStarted("bad", 2, at(1), "orders"),
                new RunEvent.StreamFinished("bad", 3, at(2), orders),
                new RunEvent.RunFinished(
                        "bad",
                        4,
                        at(3),
                        new RunReport(
                                "bad",
                                pipeline,
                                RunStatus.FAILED,
                                BEGIN,
                                Duration.ofSeconds(3),
                                List.of(orders),
                                Optional.of(failure))));
    }
}
