package io.rapidbyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.model.BackoffClass;
import io.rapidbyte.model.CommitState;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.ErrorScope;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RunEventJsonTest {
    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.000006Z");
    private static final Failure FAILURE = new Failure(
            FailureKind.DESTINATION,
            new ConnectorError(
                    ErrorCategory.TRANSIENT_DB,
                    ErrorScope.PER_BATCH,
                    "pg.deadlock",
                    "a deadlock",
                    true,
                    Optional.of(250L),
                    BackoffClass.SLOW,
                    true,
                    Optional.of(CommitState.BEFORE_COMMIT),
                    Optional.of("{\"a\":1}")),
            Optional.of("users"),
            Optional.of("destination (dest-postgres)"));
    private static final StreamReport STREAM = new StreamReport(
            "users",
            RunStatus.FAILED,
            10,
            7,
            3,
            1000,
            2,
            2,
            Optional.of(5L),
            Duration.ofSeconds(10),
            List.of("careful"),
            List.of("CREATE TABLE \"users\" (id bigint)"),
            Map.of("source.emit-wait", Duration.ofNanos(1_500_000)),
            Map.of("source.records_read", 10.0, "destination.pace", 0.25),
            Optional.of(FAILURE));

    static List<RunEvent> events() {
        return List.of(
                new RunEvent.RunStarted("r", 1, AT, "p", List.of("users", "zoo.\"All Types\"")),
                new RunEvent.StreamStarted("r", 2, AT, "users"),
                new RunEvent.StreamProgress(
                        "r", 3, AT, "users", 10, Long.MAX_VALUE, 9, 0, Optional.empty(), Optional.empty(), List.of()),
                new RunEvent.StreamProgress(
                        "r",
                        4,
                        AT,
                        "users",
                        10,
                        20,
                        9,
                        1,
                        Optional.of(100L),
                        Optional.of("destination"),
                        List.of(new RunEvent.Edge(10, 20), new RunEvent.Edge(9, 18))),
                new RunEvent.Log("r", 4, AT, Optional.empty(), "source (x)", "info", "hello"),
                new RunEvent.Log("r", 5, AT, Optional.of("users"), "source (x)", "warn", "hello"),
                new RunEvent.FrontierCommitted("r", 6, AT, "users", 3, 600, true, Duration.ofMillis(3)),
                new RunEvent.StreamRetrying("r", 6, AT, "users", 1, "pg.gone", "it broke", Duration.ofMillis(250)),
                new RunEvent.StreamFinished("r", 6, AT, STREAM),
                new RunEvent.RunFinished(
                        "r",
                        7,
                        AT,
                        new RunReport(
                                "r",
                                "p",
                                RunStatus.FAILED,
                                AT,
                                Duration.ofMillis(12_345),
                                List.of(STREAM),
                                Optional.of(FAILURE))));
    }

    @ParameterizedTest
    @MethodSource("events")
    void every_event_comes_back_as_it_was(RunEvent event) throws JsonProcessingException {
        String json = RunEventJson.encode(event).toString();
        assertThat(RunEventJson.decode(new ObjectMapper().readTree(json))).isEqualTo(event);
    }

    @Test
    void the_form_is_stable() {
        assertThat(RunEventJson.encode(events().get(2)))
                .hasToString("{\"type\":\"stream_progress\",\"run_id\":\"r\",\"sequence\":3,"
                        + "\"at\":\"2026-01-02T03:04:05.000006Z\",\"stream\":\"users\",\"rows_read\":10,"
                        + "\"bytes_read\":9223372036854775807,\"rows_out\":9,\"rows_rejected\":0,\"edges\":[]}");
        assertThat(ReportJson.encode(STREAM).get("seconds").toString()).isEqualTo("10");
        assertThat(ReportJson.encode(STREAM).get("timings").toString()).isEqualTo("{\"source.emit-wait\":0.0015}");
        assertThat(ReportJson.encode(STREAM).get("metrics").toString())
                .isEqualTo("{\"destination.pace\":0.25,\"source.records_read\":10}");
    }

    @Test
    void what_is_no_event_is_refused() throws JsonProcessingException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RunEventJson.decode(new ObjectMapper().readTree("{\"type\":\"x\"}")));
    }
}
