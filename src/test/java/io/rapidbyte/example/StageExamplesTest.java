package io.rapidbyte.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.e2e.Postgres;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.EngineOptions;
import io.rapidbyte.flow.Batches;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.state.StateLocation;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryContext;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Verticles that work in the place of connectors, as docs/stages.md shows them. */
@Timeout(180)
class StageExamplesTest {
    private static final int PATIENCE_SECONDS = 120;

    @TempDir
    static Path folder;

    private static final Vertx VERTX = Vertx.vertx();
    private static Engine engine;

    private final List<Future<String>> deployed = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void start() {
        engine = await(Engine.start(
                VERTX,
                new EngineOptions(
                        List.of(Path.of("connectors")), new StateLocation.SqliteFile(folder.resolve("state.db")))));
    }

    @AfterAll
    static void stop() {
        await(engine.close());
        await(VERTX.close());
    }

    @AfterEach
    void undeploy() {
        // One that was killed is gone already.
        deployed.forEach(id -> await(id.compose(VERTX::undeploy).otherwiseEmpty()));
    }

    private void deploy(Deployable verticle) {
        Future<String> id = VERTX.deployVerticle(verticle);
        deployed.add(id);
        await(id);
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("no answer within " + PATIENCE_SECONDS + " s", e);
        }
    }

    private static RunReport run(String pipeline) {
        try {
            return await(engine.run(PipelineLoader.parse(pipeline, "pipeline.yaml", Map.of()), event -> {})
                    .report());
        } catch (PipelineException e) {
            throw new AssertionError(e);
        }
    }

    private static String pipeline(String name, String source, String destination) {
        return "version: \"1.0\"\npipeline: " + name + "\nsource: " + source + "\ndestination: " + destination
                + "\nresources: {max_retries: 2}\n";
    }

    private static String numbers(int rows) {
        return "{use: \"bus:example.numbers\", config: {rows: " + rows + "}, streams: [{name: numbers}]}";
    }

    private static String postgres(Postgres.Database database) {
        return "config: {host: 127.0.0.1, port: " + database.server().port() + ", user: postgres, database: "
                + database.name() + "}";
    }

    private static Buffer write(long first, int rows) {
        ByteBuffer ipc = Batches.ids(first, rows);
        byte[] bytes = new byte[ipc.remaining()];
        ipc.get(bytes);
        return Buffer.buffer(bytes);
    }

    private static List<Long> read(Buffer ipc) {
        List<Long> ids = new ArrayList<>();
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader = new ArrowStreamReader(new ByteArrayInputStream(ipc.getBytes()), allocator)) {
            while (reader.loadNextBatch()) {
                BigIntVector vector =
                        (BigIntVector) reader.getVectorSchemaRoot().getVector("id");
                for (int i = 0; i < vector.getValueCount(); i++) {
                    ids.add(vector.get(i));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ids;
    }

    private static Deployable source() {
        return new SourceExample(StageExamplesTest::write);
    }

    private static Deployable destination(DestinationExample.Store store) {
        return new DestinationExample(store, StageExamplesTest::read);
    }

    /** Loses the first message that {@code fatal} picks and what its sender says after it; another verticle takes its place. */
    private void deployMortal(Supplier<Deployable> verticle, Predicate<Message<?>> fatal) {
        deploy(verticle.get());
        Future<String> mortal = deployed.getLast();
        AtomicReference<String> cut = new AtomicReference<>("");
        VERTX.eventBus().addOutboundInterceptor((DeliveryContext<Object> delivery) -> {
            String address = delivery.message().address();
            if (fatal.test(delivery.message()) && cut.compareAndSet("", address)) {
                // On a thread of its own: on the verticle's the heir would be its child, and die with it.
                Thread.ofPlatform().start(() -> {
                    deployed.add(VERTX.deployVerticle(verticle.get()));
                    deployed.getLast().compose(heir -> VERTX.undeploy(mortal.result()));
                });
            } else if (!address.equals(cut.get())) {
                delivery.next();
            }
        });
    }

    private static Predicate<Message<?>> message(String type, String key, String value) {
        return message -> type.equals(message.headers().get("type"))
                && (value.equals(message.headers().get(key))
                        || (message.body() instanceof JsonObject json
                                && value.equals(String.valueOf(json.getValue(key)))));
    }

    @Test
    void a_verticle_is_a_source_and_its_rows_come_once_though_it_is_killed_midway_I8() {
        Postgres.Database target = Postgres.shared().database();
        deployMortal(StageExamplesTest::source, message("batch", "sequence", "60"));
        RunReport report = run(pipeline(
                "numbers", numbers(100_000), "{use: dest-postgres, " + postgres(target) + ", write_mode: append}"));
        assertThat(report.status()).as("%s", report.failure()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams().getFirst().attempts()).isEqualTo(2);
        assertThat(target.value("select count(*) || ' ' || count(distinct id) || ' ' || sum(id) from numbers"))
                .isEqualTo("100000 100000 4999950000");
    }

    @Test
    void a_source_of_no_rows_still_tells_its_columns_I2() {
        Postgres.Database target = Postgres.shared().database();
        deploy(source());
        assertThat(run(pipeline(
                                "nothing",
                                numbers(0),
                                "{use: dest-postgres, " + postgres(target) + ", write_mode: replace}"))
                        .status())
                .isEqualTo(RunStatus.SUCCEEDED);
        assertThat(target.columns("numbers")).containsExactly("id bigint not null");
    }

    @Test
    void a_verticle_is_a_destination_and_tells_after_its_death_what_it_has_committed_I10() {
        Postgres.Database source = Postgres.shared().database();
        source.execute(
                "create table items (id bigint primary key)", "insert into items select generate_series(0, 19999)");
        DestinationExample.Store store = new DestinationExample.Store(new ConcurrentHashMap<>(), new ArrayList<>());
        // It has committed, and dies before anybody hears of it.
        deployMortal(() -> destination(store), message("confirm", "barrier", "2"));
        RunReport report = run(pipeline(
                        "stored",
                        "{use: source-postgres, " + postgres(source).replace("}", ", resume: key}")
                                + ", streams: [{name: items}]}",
                        "{use: \"bus:example.store\", write_mode: append}")
                .replace("max_retries: 2", "max_retries: 2, checkpoint_interval_rows: 4000"));
        assertThat(report.status()).as("%s", report.failure()).isEqualTo(RunStatus.SUCCEEDED);
        assertThat(report.streams().getFirst().attempts()).isEqualTo(2);
        assertThat(store.rows())
                .containsExactlyElementsOf(LongStream.range(0, 20_000).boxed().toList());
    }

    private static void refused(String pipeline, String key, String... words) {
        assertThatThrownBy(() ->
                        await(engine.run(PipelineLoader.parse(pipeline, "pipeline.yaml", Map.of()), event -> {})
                                .report()))
                .isInstanceOfSatisfying(
                        PipelineException.class,
                        e -> assertThat(e.problems()).anySatisfy(problem -> {
                            assertThat(problem.key()).isEqualTo(key);
                            assertThat(problem.message()).contains(words);
                            assertThat(problem.line()).isPositive();
                        }));
    }

    @Test
    void what_cannot_work_is_found_before_anything_is_touched() {
        String dest = "{use: test-dest, write_mode: append}";
        refused(pipeline("absent", numbers(1), dest), "source.use", "nobody listens at example.numbers");
        refused(
                pipeline("bad", numbers(1).replace("bus:example.numbers", "bus:"), dest),
                "source.use",
                "an address on the event bus");

        deploy(source());
        refused(
                pipeline("role", numbers(1), "{use: \"bus:example.numbers\", write_mode: append}"),
                "destination.use",
                "it is no destination");
        refused(
                pipeline("mode", numbers(1).replace("{name: numbers}", "{name: numbers, sync_mode: cdc}"), dest),
                "source.streams[0].sync_mode",
                "bus:example.numbers does not support cdc");
        refused(
                pipeline("narrow", numbers(1).replace("streams", "limits: {max_memory_mb: 64}, streams"), dest),
                "source.use",
                "no sandbox");
        DestinationExample.Store store = new DestinationExample.Store(new ConcurrentHashMap<>(), new ArrayList<>());
        deploy(destination(store));
        refused(
                pipeline("letters", numbers(1), "{use: \"bus:example.store\", write_mode: append, on_data_error: dlq}"),
                "destination.on_data_error",
                "rejects no single rows");

        VERTX.eventBus()
                .<JsonObject>consumer(
                        "example.future",
                        request -> request.reply(
                                new JsonObject().put("protocol", 2).put("roles", new JsonObject())));
        refused(
                pipeline("future", numbers(1).replace("example.numbers", "example.future"), dest),
                "source.use",
                "version 2",
                "version 1");
    }

    /** A source that answers as it should, up to its first frames. */
    private void misbehaving(String address, Consumer<String> frames) {
        VERTX.eventBus().<JsonObject>consumer(address, request -> {
            if (request.body().getString("request").equals("describe")) {
                request.reply(new JsonObject()
                        .put("protocol", 1)
                        .put(
                                "roles",
                                new JsonObject()
                                        .put("source", new JsonObject().put("modes", JsonArray.of("full_refresh")))));
                return;
            }
            String line = request.body().getString("line");
            VERTX.eventBus().consumer(line + ".verticle", message -> {
                if ("credit".equals(message.headers().get("type"))) {
                    frames.accept(line);
                } else {
                    message.reply(new JsonObject());
                }
            });
            request.reply(new JsonObject());
        });
    }

    private static void send(String line, String type, String sequence, Object body) {
        VERTX.eventBus()
                .send(
                        line + ".engine",
                        body,
                        new DeliveryOptions().addHeader("type", type).addHeader("sequence", sequence));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gap", "flood", "number", "kind", "garbage", "text", "rows", "abort"})
    void a_verticle_that_breaks_the_contract_fails_its_stream_and_nothing_else_I3_I30(String how) {
        String address = "example." + how;
        misbehaving(address, line -> {
            switch (how) {
                case "gap" -> send(line, "batch", "2", write(0, 1));
                case "flood" -> send(line, "batch", "1000", write(0, 1));
                case "number" -> send(line, "batch", "one", write(0, 1));
                case "kind" -> send(line, "rows", "1", new JsonObject());
                case "garbage" -> send(line, "batch", "1", Buffer.buffer("no Arrow at all, and long enough"));
                case "text" -> send(line, "batch", "1", "text");
                case "rows" -> {
                    send(line, "batch", "1", write(0, 1));
                    send(line, "end", "2", new JsonObject().put("rows", 7));
                }
                default ->
                    send(
                            line,
                            "abort",
                            "1",
                            new JsonObject()
                                    .put("category", "permission")
                                    .put("code", "example.closed")
                                    .put("message", "the shop is closed"));
            }
        });
        RunReport report = run(
                pipeline(how, numbers(1).replace("example.numbers", address), "{use: test-dest, write_mode: append}"));
        assertThat(report.status()).isEqualTo(RunStatus.FAILED);
        String message = report.failure().orElseThrow().error().message();
        assertThat(message)
                .contains(
                        switch (how) {
                            case "gap" -> "frame 1 was expected, batch 2 came";
                            case "flood" -> "more than it was granted";
                            case "number" -> "no number";
                            case "kind" -> "a source sends no rows";
                            case "garbage" -> "no Arrow IPC stream";
                            case "text" -> "no Buffer";
                            case "rows" -> "says it emitted 7 rows, but 1 went out";
                            default -> "the shop is closed";
                        });
        assertThat(report.failure().orElseThrow().stage()).contains("source (bus:" + address + ")");
    }

    @Test
    void the_documentation_shows_the_code_that_is_tested() throws IOException {
        String docs = Files.readString(Path.of("docs/stages.md"));
        for (String name : List.of("SourceExample", "DestinationExample")) {
            String source = Files.readString(Path.of("src/test/java/io/rapidbyte/example/" + name + ".java"));
            assertThat(docs).as(name).contains(source.substring(source.indexOf("final class " + name)));
        }
    }
}
