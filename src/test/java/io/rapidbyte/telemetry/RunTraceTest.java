package io.rapidbyte.telemetry;

import static io.rapidbyte.telemetry.OtlpReceiver.attributes;
import static io.rapidbyte.telemetry.OtlpReceiver.await;
import static io.rapidbyte.telemetry.OtlpReceiver.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.EngineOptions;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.state.StateLocation;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real runs, traced into a real collector. */
@Timeout(120)
class RunTraceTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final OtlpReceiver receiver = OtlpReceiver.start();

    /** What the frames of each edge carried. */
    private final Map<String, Set<String>> carried = new ConcurrentHashMap<>();

    @AfterEach
    void close() {
        await(vertx.close());
        receiver.close();
    }

    private RunReport run(String source, Map<String, String> settings) throws PipelineException {
        return run(source, "test-dest", settings);
    }

    private RunReport run(String source, String destination, Map<String, String> settings) throws PipelineException {
        vertx.eventBus().addOutboundInterceptor(sent -> {
            if (sent.message().address().endsWith(".data")) {
                carried.computeIfAbsent(sent.message().address(), edge -> ConcurrentHashMap.newKeySet())
                        .add(Objects.requireNonNullElse(sent.message().headers().get("traceparent"), ""));
            }
            sent.next();
        });
        String yaml = """
                version: "1.0"
                pipeline: traced
                source: {use: test-source, config: {%s}, streams: [{name: numbers}]}
                transforms: [{use: test-transform}]
                destination: {use: "%s", config: {}, write_mode: append}
                resources: {max_retries: 1}
                """.formatted(source, destination);
        Map<String, String> environment = new java.util.HashMap<>(settings);
        environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.endpoint());
        try (OtlpExport export = OtlpExport.configured(environment).orElseThrow()) {
            Engine engine = await(Engine.start(
                    vertx,
                    new EngineOptions(
                            List.of(Path.of("connectors")),
                            new StateLocation.SqliteFile(folder.resolve("state.db")),
                            export)));
            RunReport report = await(engine.run(PipelineLoader.parse(yaml, "traced.yaml", Map.of()), event -> {})
                    .report());
            await(engine.close());
            return report;
        }
    }

    private static Map<String, Span> byStage(List<Span> stages) {
        return stages.stream()
                .collect(Collectors.toMap(
                        stage -> attributes(stage).getOrDefault("rapidbyte.stage", ""), Function.identity()));
    }

    private static String context(Span span) {
        return "00-" + hex(span.getTraceId()) + "-" + hex(span.getSpanId()) + "-01";
    }

    @Test
    void frames_carry_their_stage_and_lead_from_one_to_the_next() throws PipelineException {
        assertThat(run("rows: 100, batch_rows: 10", Map.of()).status()).isEqualTo(RunStatus.SUCCEEDED);
        Span run = receiver.spans("run").getFirst();
        Span stream = receiver.children(run, "stream").getFirst();
        Span attempt = receiver.children(stream, "attempt").getFirst();
        Map<String, Span> stages = byStage(receiver.children(attempt, "stage"));
        assertThat(stages).containsOnlyKeys("source", "transform-1", "destination");
        Span source = Objects.requireNonNull(stages.get("source"));
        Span transform = Objects.requireNonNull(stages.get("transform-1"));
        Span destination = Objects.requireNonNull(stages.get("destination"));

        assertThat(source.getLinksList()).isEmpty();
        assertThat(transform.getLinksList()).extracting(Span.Link::getSpanId).containsExactly(source.getSpanId());
        assertThat(destination.getLinksList()).extracting(Span.Link::getSpanId).containsExactly(transform.getSpanId());
        assertThat(new HashSet<>(carried.values()))
                .containsExactlyInAnyOrder(Set.of(context(source)), Set.of(context(transform)));
        assertThat(attributes(destination))
                .containsEntry("rapidbyte.connector", "test-dest")
                .containsEntry("rapidbyte.run_id", attributes(run).get("rapidbyte.run_id"))
                .containsKeys("rapidbyte.stream", "rapidbyte.seconds.total", "rapidbyte.seconds.cpu");
    }

    @Test
    void a_verticle_in_a_connectors_place_learns_the_context() throws PipelineException {
        Set<String> opened = ConcurrentHashMap.newKeySet();
        Set<String> framed = ConcurrentHashMap.newKeySet();
        vertx.eventBus().<JsonObject>consumer("trace.sink", message -> {
            if ("describe".equals(message.body().getString("request"))) {
                message.reply(
                        new JsonObject("{\"protocol\": 1, \"roles\": {\"destination\": {\"modes\": [\"append\"]}}}"));
            } else {
                opened.add(message.headers().get("traceparent"));
                take(message.body().getString("line"), framed);
                message.reply(new JsonObject());
            }
        });
        assertThat(run("rows: 100, batch_rows: 10", "bus:trace.sink", Map.of()).status())
                .isEqualTo(RunStatus.SUCCEEDED);
        Span destination =
                Objects.requireNonNull(byStage(receiver.spans("stage")).get("destination"));
        assertThat(opened).containsExactly(context(destination));
        assertThat(framed).containsExactly(context(destination));
    }

    /** A destination of a hundred rows, which it forgets. */
    private void take(String line, Set<String> contexts) {
        MessageConsumer<Object> consumer = vertx.eventBus().consumer(line + ".verticle");
        consumer.handler(message -> {
            String sequence = message.headers().get("sequence");
            if (sequence != null) {
                contexts.add(message.headers().get("traceparent"));
                tell(line, "credit", new JsonObject().put("through", Long.parseLong(sequence) + 4));
            }
            switch (String.valueOf(message.headers().get("type"))) {
                case "barrier" ->
                    tell(line, "confirm", new JsonObject().put("barrier", ((JsonObject) message.body()).getLong("id")));
                case "end" -> tell(line, "done", new JsonObject().put("rows", 100));
                case "close", "ping" -> message.reply(new JsonObject());
                default -> {}
            }
        });
        tell(line, "credit", new JsonObject().put("through", 4));
    }

    private void tell(String line, String type, JsonObject body) {
        vertx.eventBus().send(line + ".engine", body, new DeliveryOptions().addHeader("type", type));
    }

    /** Each attempt has stages of its own, with the times of its own; only the one that failed first carries the error. */
    @Test
    void the_stage_that_failed_says_so_and_the_next_attempt_begins_anew() throws PipelineException {
        RunReport report = run(
                "rows: 100, batch_rows: 10, mode: error, fail_at_row: 50, retryable: true, until_attempt: 1", Map.of());
        assertThat(report.status()).isEqualTo(RunStatus.SUCCEEDED);
        List<Span> attempts = receiver.spans("attempt");
        assertThat(attempts).hasSize(2);
        for (Span attempt : attempts) {
            boolean failed = attempt.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR;
            Map<String, Span> stages = byStage(receiver.children(attempt, "stage"));
            assertThat(stages).hasSize(3);
            assertThat(stages.values().stream()
                            .filter(stage -> stage.getStatus().getCode() == Status.StatusCode.STATUS_CODE_ERROR)
                            .map(stage -> attributes(stage).get("rapidbyte.stage")))
                    .isEqualTo(failed ? List.of("source") : List.of());
            assertThat(stages.values()).allSatisfy(stage -> {
                assertThat(stage.getStartTimeUnixNano()).isGreaterThanOrEqualTo(attempt.getStartTimeUnixNano());
                assertThat(attributes(stage)).containsKey("rapidbyte.seconds.total");
            });
        }
    }

    @Test
    void what_is_not_sampled_is_not_sent_and_says_so_to_the_next() throws PipelineException {
        assertThat(run("rows: 10", Map.of("OTEL_TRACES_SAMPLER", "always_off")).status())
                .isEqualTo(RunStatus.SUCCEEDED);
        assertThat(receiver.spans()).isEmpty();
        assertThat(carried.values())
                .hasSize(2)
                .allSatisfy(contexts ->
                        assertThat(contexts).singleElement().asString().endsWith("-00"));
    }
}
