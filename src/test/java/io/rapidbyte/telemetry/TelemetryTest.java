package io.rapidbyte.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.rapidbyte.engine.EngineLoad;
import io.rapidbyte.engine.RunAddresses;
import io.rapidbyte.engine.RunEventJson;
import io.rapidbyte.model.RunEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TelemetryTest {
    private static final int PATIENCE_SECONDS = 60;

    private final Telemetry telemetry = new Telemetry();
    private final Vertx vertx = telemetry.vertx(new VertxOptions());

    @BeforeEach
    void listen() throws Exception {
        await(telemetry.listen(vertx));
    }

    @AfterEach
    void close() throws Exception {
        await(vertx.close());
        telemetry.close();
    }

    private static <T> T await(Future<T> future) throws TimeoutException {
        return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Publishes as the engine does, and returns when all of it has been heard. */
    private void publish(List<RunEvent> events) throws InterruptedException {
        vertx.getOrCreateContext()
                .runOnContext(v -> events.forEach(event -> vertx.eventBus()
                        .publish(
                                RunAddresses.ALL_EVENTS,
                                new JsonObject(RunEventJson.encode(event).toString()))));
        await(() -> telemetry.scrape().contains("rapidbyte_runs_total"));
    }

    private interface Condition {
        boolean holds();
    }

    private static void await(Condition condition) throws InterruptedException {
        long giveUp = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(giveUp);
            Thread.sleep(10);
        }
    }

    @Test
    void a_scrape_shows_what_runs_did() throws Exception {
        publish(Story.succeeding("shop"));
        assertThat(telemetry.scrape().lines())
                .contains(
                        "rapidbyte_runs_total{pipeline=\"shop\",status=\"succeeded\"} 1.0",
                        "rapidbyte_streams_total{pipeline=\"shop\",status=\"succeeded\"} 1.0",
                        "rapidbyte_rows_read_total{pipeline=\"shop\"} 1000.0",
                        "rapidbyte_rows_written_total{pipeline=\"shop\"} 990.0",
                        "rapidbyte_rows_rejected_total{pipeline=\"shop\"} 10.0",
                        "rapidbyte_bytes_read_total{pipeline=\"shop\"} 64000.0",
                        "rapidbyte_stream_retries_total{pipeline=\"shop\"} 1.0",
                        "rapidbyte_checkpoints_total{pipeline=\"shop\"} 1.0",
                        "rapidbyte_state_save_seconds_sum 0.02",
                        "rapidbyte_run_duration_seconds_sum{pipeline=\"shop\"} 10.0",
                        "rapidbyte_stage_seconds_total{activity=\"copy\",stage=\"destination\"} 3.0",
                        "rapidbyte_runs_active 0.0",
                        "rapidbyte_checkpoint_age_seconds 0.0");
    }

    @Test
    void what_the_engine_holds_is_shown_as_of_the_look() {
        AtomicLong frames = new AtomicLong(3);
        telemetry.watch(() -> new EngineLoad(frames.get(), 4096, 1 << 20));
        assertThat(telemetry.scrape())
                .contains("rapidbyte_frames_in_flight 3.0", "rapidbyte_guest_memory_bytes 1048576.0");
        frames.set(0);
        assertThat(telemetry.scrape()).contains("rapidbyte_frames_in_flight 0.0");
    }

    @Test
    void what_is_no_event_counts_nothing() throws Exception {
        vertx.eventBus().publish(RunAddresses.ALL_EVENTS, new JsonObject().put("type", "nonsense"));
        publish(Story.failing("shop"));
        assertThat(telemetry.scrape()).contains("rapidbyte_runs_total{pipeline=\"shop\",status=\"failed\"} 1.0");
    }

    @Test
    void labels_are_bounded_whoever_invents_pipelines() {
        RunMeters meters = new RunMeters(telemetry.registry(), System::nanoTime);
        for (int i = 0; i < RunMeters.MOST_PIPELINES + 50; i++) {
            Story.failing("p" + i).forEach(meters);
        }
        Matcher runs = Pattern.compile("rapidbyte_runs_total\\{").matcher(telemetry.scrape());
        assertThat(runs.results().count()).isEqualTo(RunMeters.MOST_PIPELINES + 1L);
        assertThat(telemetry.scrape()).contains("rapidbyte_runs_total{pipeline=\"other\",status=\"failed\"} 50.0");
    }

    @Test
    void a_checkpoint_ages_until_the_next() {
        AtomicLong clock = new AtomicLong();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        RunMeters meters = new RunMeters(registry, clock::get);
        List<RunEvent> events = Story.succeeding("shop");
        events.subList(0, 3).forEach(meters);
        clock.set(TimeUnit.SECONDS.toNanos(7));
        assertThat(registry.get("rapidbyte.checkpoint.age.seconds").gauge().value())
                .isEqualTo(7);
        assertThat(registry.get("rapidbyte.runs.active").gauge().value()).isEqualTo(1);
        events.subList(3, 5).forEach(meters);
        clock.addAndGet(TimeUnit.SECONDS.toNanos(2));
        assertThat(registry.get("rapidbyte.checkpoint.age.seconds").gauge().value())
                .isEqualTo(2);
    }

    /** Every name in the dashboard and in the document is one that a scrape shows. */
    @Test
    void the_dashboard_and_the_document_name_what_there_is() throws Exception {
        telemetry.watch(() -> new EngineLoad(0, 0, 0));
        publish(Story.succeeding("shop"));
        String scrape = telemetry.scrape();
        JsonNode dashboard = new ObjectMapper().readTree(Files.readString(Path.of("docker/grafana-dashboard.json")));
        String documents =
                String.join("\n", dashboard.findValuesAsText("expr")) + Files.readString(Path.of("docs/metrics.md"));
        Matcher names = Pattern.compile("rapidbyte_[a-z_]+").matcher(documents);
        assertThat(names.results().map(name -> name.group()).distinct())
                .hasSizeGreaterThan(12)
                .allSatisfy(name -> assertThat(scrape).contains(name));
    }
}
