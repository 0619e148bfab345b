package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rapidbyte.engine.EngineLoad;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The server under load, on loopback, with its clients in the same process: {@code mvn -Pload test}. Each test prints one line of figures. What
 * is counted must be right on any machine; times are asserted as well, so run it on one that has nothing else to do.
 */
@Tag("load")
@Timeout(600)
class LoadTest {
    private static final int CLIENTS = 500;
    private static final int REQUESTS_A_SECOND = 500;
    private static final int REQUESTS = 5_000;
    private static final int BURST = 200;
    private static final int PAIRS = 3;
    private static final int HALF_OPEN = 10_000;
    private static final int HALF_OPEN_A_SECOND = 2_000;
    private static final int STUCK = 200;
    private static final double MB = 1e6;

    /** Some ten seconds of work for two cores. */
    private static final String BUSY = "rows: 40000000, batch_rows: 20000, barrier_every: 50";

    private static final String ENDLESS = "rows: 100000000000, batch_rows: 2000, barrier_every: 100, slow_ms: 1";

    @TempDir
    Path folder;

    private TestServer server;
    private Vertx vertx;
    private WebSocketClient sockets;

    @BeforeEach
    void start() {
        server = TestServer.start(folder, 16, Duration.ofSeconds(60));
        vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        sockets = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(2 * CLIENTS));
    }

    @AfterEach
    void stop() {
        TestServer.await(vertx.close());
        server.close();
    }

    private static void print(String figures) {
        System.out.printf(
                Locale.ROOT,
                "LOAD %s, load average %.1f%n",
                figures,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TestServer.PATIENCE_SECONDS);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static double percentile99(List<Double> values) {
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get((int) Math.ceil(0.99 * sorted.size()) - 1);
    }

    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private WebSocketConnectOptions feed(String path) {
        return new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.server.port())
                .setURI(path)
                .addHeader("authorization", "Bearer " + TestServer.READ_TOKEN);
    }

    /** Clients of one run's feed; they read what comes and keep nothing. */
    private final class Audience {
        private final AtomicInteger told = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final AtomicInteger messages = new AtomicInteger();
        private final List<Double> delaysMs = Collections.synchronizedList(new ArrayList<>());

        /** Before that the others were still shaking hands, which keeps both ends busy. */
        private volatile Instant complete = Instant.MAX;

        Audience(String runId, int clients) {
            List<Future<?>> connecting = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                connecting.add(sockets.connect(feed("/api/v1/runs/" + runId + "/progress"))
                        .onSuccess(socket -> {
                            socket.textMessageHandler(this::hear);
                            socket.closeHandler(v -> ended.incrementAndGet());
                        }));
            }
            TestServer.await(Future.all(connecting));
            complete = Instant.now();
        }

        private void hear(String text) {
            messages.incrementAndGet();
            if (text.contains("\"type\":\"run_finished\"")) {
                told.incrementAndGet();
            } else if (text.contains("\"type\":\"stream_progress\"")) {
                int at = text.indexOf("\"at\":\"") + 6;
                Instant sent = Instant.parse(text.substring(at, text.indexOf('"', at)));
                if (sent.isAfter(complete)) {
                    delaysMs.add(Duration.between(sent, Instant.now()).toNanos() / 1e6);
                }
            }
        }
    }

    /** The same run again and again, in turns without and with an audience; of each the fastest counts, which others disturbed least. */
    @Test
    void five_hundred_clients_follow_a_run_and_do_not_slow_it_down() {
        server.store("busy", BUSY);
        server.ended(server.run("busy"));
        long before = heapInUse();
        double alone = Double.MAX_VALUE;
        double watched = Double.MAX_VALUE;
        List<Double> delays = new ArrayList<>();
        int messages = 0;
        for (int pair = 0; pair < PAIRS; pair++) {
            alone = Math.min(alone, seconds(server.ended(server.run("busy"))));
            String runId = server.run("busy");
            Audience audience = new Audience(runId, CLIENTS);
            watched = Math.min(watched, seconds(server.ended(runId)));
            until(
                    "every client has the report",
                    () -> audience.told.get() == CLIENTS && audience.ended.get() == CLIENTS);
            delays.addAll(audience.delaysMs);
            messages += audience.messages.get();
        }
        server.store("endless", ENDLESS);
        String runId = server.run("endless");
        Audience audience = new Audience(runId, CLIENTS);
        until("the feed is going", () -> audience.messages.get() > 10 * CLIENTS);
        long grown = heapInUse() - before;
        server.post("/api/v1/runs/" + runId + "/cancel", "");
        until("every client has the report", () -> audience.told.get() == CLIENTS);
        double slower = 100 * (watched / alone - 1);
        print(
                "%d clients: run %.2f s alone, %.2f s watched (%.1f %% slower), %d messages, event to socket p99 %.1f ms, heap grown %.1f MB"
                        .formatted(CLIENTS, alone, watched, slower, messages, percentile99(delays), grown / MB));
        assertThat(grown / MB).isLessThanOrEqualTo(100);
        assertThat(percentile99(delays)).isLessThanOrEqualTo(50);
        assertThat(slower).isLessThanOrEqualTo(5);
    }

    private static double seconds(JsonNode run) {
        assertThat(run.path("status").asText()).isEqualTo("succeeded");
        return run.at("/progress/report/seconds").asDouble();
    }

    /** Sent on time, whatever became of those before; a request that waits for its turn has waited. */
    @Test
    void reads_are_answered_promptly_while_a_run_goes_on() {
        server.store("endless", ENDLESS);
        for (int i = 0; i < 20; i++) {
            server.store("plain" + i, "rows: 10");
            server.ended(server.run("plain" + i));
        }
        String runId = server.run("endless");
        List<String> paths = List.of(
                "/api/v1/pipelines",
                "/api/v1/pipelines/endless",
                "/api/v1/runs?limit=20",
                "/api/v1/runs/" + runId,
                "/api/v1/runs/" + runId + "/events",
                "/api/v1/pipelines/plain1/state",
                "/api/v1/pipelines/plain1/dead-letters",
                "/api/v1/connectors",
                "/api/v1/version",
                "/metrics");
        Audience audience = new Audience(runId, 10);
        ask(paths, REQUESTS / 2);
        List<List<Double>> byPath = ask(paths, REQUESTS);
        List<Double> all = byPath.stream().flatMap(List::stream).toList();
        StringBuilder slowest = new StringBuilder();
        for (int i = 0; i < paths.size(); i++) {
            slowest.append(String.format(
                    Locale.ROOT, " %s %.1f", paths.get(i).replace(runId, "RUN"), percentile99(byPath.get(i))));
        }
        server.post("/api/v1/runs/" + runId + "/cancel", "");
        server.ended(runId);
        double events = percentile99(audience.delaysMs);
        print("%d requests, %d a second: p99 %.1f ms (%s), event to socket p99 %.1f ms"
                .formatted(
                        REQUESTS,
                        REQUESTS_A_SECOND,
                        percentile99(all),
                        slowest.toString().strip(),
                        events));
        assertThat(percentile99(all)).isLessThanOrEqualTo(25);
        assertThat(events).isLessThanOrEqualTo(50);
    }

    /** Others notice neither who connects and says nothing whole, nor who follows feeds and does not read. */
    @Test
    void half_open_connections_and_stuck_readers_harm_nobody() throws IOException {
        server.store("endless", ENDLESS);
        server.store("flood", "mode: log_flood, rows: 100");
        String runId = server.run("endless");
        Audience audience = new Audience(runId, 10);
        List<String> paths = List.of("/api/v1/version", "/api/v1/runs/" + runId);
        ask(paths, REQUESTS / 2);
        long before = heapInUse();
        List<Future<?>> stuck = new ArrayList<>();
        for (int i = 0; i < STUCK; i++) {
            stuck.add(sockets.connect(feed("/api/v1/runs/progress")).onSuccess(WebSocket::pause));
        }
        TestServer.await(Future.all(stuck));
        String flood = server.run("flood");
        List<SocketChannel> halves = Collections.synchronizedList(new ArrayList<>());
        try {
            CompletableFuture<Void> connecting = CompletableFuture.runAsync(() -> connectHalf(halves));
            List<Double> answers =
                    ask(paths, REQUESTS).stream().flatMap(List::stream).toList();
            connecting.orTimeout(TestServer.PATIENCE_SECONDS, TimeUnit.SECONDS).join();
            server.ended(flood);
            long grown = heapInUse() - before;
            server.post("/api/v1/runs/" + runId + "/cancel", "");
            until("those who read have the report", () -> audience.told.get() == 10);
            double events = percentile99(audience.delaysMs);
            print(
                    "%d half-open connections, %d stuck readers: reads p99 %.1f ms, event to socket p99 %.1f ms, heap grown %.1f MB"
                            .formatted(HALF_OPEN, STUCK, percentile99(answers), events, grown / MB));
            assertThat(halves).hasSize(HALF_OPEN);
            assertThat(grown / MB).isLessThanOrEqualTo(100);
        } finally {
            for (SocketChannel half : halves) {
                half.close();
            }
        }
    }

    private void connectHalf(List<SocketChannel> halves) {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.server.port());
        long begin = System.nanoTime();
        for (int i = 0; i < HALF_OPEN; i++) {
            LockSupport.parkNanos(begin + i * TimeUnit.SECONDS.toNanos(1) / HALF_OPEN_A_SECOND - System.nanoTime());
            try {
                SocketChannel half = SocketChannel.open(address);
                halves.add(half);
                half.write(ByteBuffer.wrap("GET /api/v1/ver".getBytes(StandardCharsets.US_ASCII)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private List<List<Double>> ask(List<String> paths, int requests) {
        List<List<Double>> byPath = new ArrayList<>();
        paths.forEach(path -> byPath.add(Collections.synchronizedList(new ArrayList<>())));
        List<CompletableFuture<?>> answers = new ArrayList<>();
        try (java.net.http.HttpClient client = java.net.http.HttpClient.newHttpClient()) {
            long begin = System.nanoTime();
            for (int i = 0; i < requests; i++) {
                long due = begin + i * TimeUnit.SECONDS.toNanos(1) / REQUESTS_A_SECOND;
                LockSupport.parkNanos(due - System.nanoTime());
                int path = i % paths.size();
                answers.add(client.sendAsync(server.request(paths.get(path)).build(), BodyHandlers.ofString())
                        .thenAccept(answer -> {
                            byPath.get(path).add((System.nanoTime() - due) / 1e6);
                            assertThat(answer.statusCode()).isEqualTo(200);
                        }));
            }
            CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                    .orTimeout(TestServer.PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .join();
        }
        return byPath;
    }

    @Test
    void a_burst_of_short_runs_ends_and_leaves_nothing_behind() {
        for (int i = 0; i < BURST; i++) {
            server.store("short" + i, "rows: 100");
        }
        server.ended(server.run("short0"));
        int deployments = server.vertx.deploymentIDs().size();
        long threads = guestThreads();
        long files = openSockets();
        long begin = System.nanoTime();
        HttpClient client = vertx.createHttpClient(
                new HttpClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(server.server.port()),
                new PoolOptions().setHttp1MaxSize(BURST));
        List<Future<HttpClientResponse>> asked = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            asked.add(startRun(client, "short" + i));
        }
        TestServer.await(Future.all(asked));
        int accepted = 0;
        List<String> refused = new ArrayList<>();
        for (int i = 0; i < BURST; i++) {
            int status = asked.get(i).result().statusCode();
            if (status == 202) {
                accepted++;
            } else {
                assertThat(status).isEqualTo(429);
                assertThat(asked.get(i).result().getHeader("retry-after")).isNotEmpty();
                refused.add("short" + i);
            }
        }
        // Who was refused comes again, as it was told.
        for (String name : refused) {
            until(name + " is taken", () -> {
                int status = TestServer.await(startRun(client, name)).statusCode();
                assertThat(status).isIn(202, 429);
                return status == 202;
            });
        }
        until(
                "all have ended",
                () -> !server.get("/api/v1/runs?limit=500")
                        .json()
                        .findValuesAsText("status")
                        .contains("running"));
        double took = (System.nanoTime() - begin) / 1e9;
        JsonNode runs = server.get("/api/v1/runs?limit=500").json().path("runs");
        assertThat(runs)
                .hasSize(BURST + 1)
                .allSatisfy(run -> assertThat(run.path("status").asText()).isEqualTo("succeeded"));
        TestServer.await(client.close());
        until("nothing is left deployed", () -> server.vertx.deploymentIDs().size() == deployments);
        until("no guest is left", () -> guestThreads() == threads);
        until("no memory is left", () -> server.engine.load().equals(new EngineLoad(0, 0, 0)));
        until("no socket is left", () -> openSockets() <= files);
        print("%d runs at once: %d begun, %d refused and begun later, all ended in %.1f s; nothing left behind"
                .formatted(BURST, accepted, refused.size(), took));
    }

    private static Future<HttpClientResponse> startRun(HttpClient client, String name) {
        return client.request(new RequestOptions()
                        .setMethod(HttpMethod.POST)
                        .setURI("/api/v1/runs")
                        .addHeader("content-type", "application/json")
                        .addHeader("authorization", "Bearer " + TestServer.TOKEN))
                .compose(request -> request.send("{\"pipeline\": \"" + name + "\"}"))
                .compose(answer -> answer.body().map(body -> answer));
    }

    private static long guestThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("guest "))
                .count();
    }

    /** As Linux counts them. */
    private static long openSockets() {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.filter(LoadTest::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path file) {
        try {
            return Files.readSymbolicLink(file).toString().startsWith("socket:");
        } catch (IOException e) {
            // closed in the meantime
            return false;
        }
    }
}
