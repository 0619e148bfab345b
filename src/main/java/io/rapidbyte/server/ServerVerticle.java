package io.rapidbyte.server;

import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.RunHandle;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.server.Call.Handler;
import io.rapidbyte.telemetry.Telemetry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Wires the server up by hand, and takes it down in good order. */
final class ServerVerticle extends VerticleBase {
    /** Connections on which nothing passes for 75 seconds are closed; live feeds have a heartbeat. */
    private static final Duration IDLE = Duration.ofSeconds(75);

    /** A client of a live feed has nothing to say but pongs. */
    private static final int MAX_INCOMING_FRAME = 4 << 10;

    private static final String CONTENT_POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Engine engine;
    private final ServerOptions options;
    private final Tokens tokens;
    private final Optional<PemKeyCertOptions> certificate;
    private final ApiDescription description;
    private final InstantSource clock;
    private final Telemetry telemetry;

    private Wiring wiring;

    /** What is there once the verticle has started. */
    private record Wiring(FeedHub hub, RunDesk desk, Scheduler scheduler, HttpServer http) {}

    @SuppressWarnings("NullAway.Init") // set by start, before anything else is called
    ServerVerticle(
            Engine engine,
            ServerOptions options,
            Tokens tokens,
            Optional<PemKeyCertOptions> certificate,
            ApiDescription description,
            InstantSource clock,
            Telemetry telemetry) {
        this.engine = engine;
        this.options = options;
        this.tokens = tokens;
        this.certificate = certificate;
        this.description = description;
        this.clock = clock;
        this.telemetry = telemetry;
    }

    @Override
    public Future<?> start() {
        Shelf shelf = new Shelf(vertx, new PipelineFolder(options.pipelines(), options.environment()));
        Books books = new Books(engine, shelf);
        FeedHub hub = new FeedHub(vertx);
        hub.listen(new RunLog());
        RunDesk desk = new RunDesk(engine, books, options.maxRuns());
        Audit audit = new Audit();
        Access access = new Access(tokens, new FailureBudget(clock), audit);
        ConnectionGuard guard = new ConnectionGuard(vertx);
        Router router = Router.router(vertx);
        router.route().handler(context -> {
            guard.spoke(context.request().connection());
            secure(context);
            context.next();
        });
        new ApiRouter(vertx, access, audit).mount(router, description, handlers(shelf, books, hub, desk));
        new Pages(vertx).mount(router);
        errors(router);
        HttpServer http = vertx.createHttpServer(httpOptions())
                .connectionHandler(guard::opened)
                .requestHandler(router);
        Scheduler scheduler = new Scheduler(vertx, clock, shelf, books, desk, audit);
        wiring = new Wiring(hub, desk, scheduler, http);
        telemetry.watch(engine::load);
        return hub.open()
                .compose(open -> telemetry.listen(vertx))
                .compose(listening -> http.listen())
                .onSuccess(listening -> scheduler.open());
    }

    private Map<String, Handler> handlers(Shelf shelf, Books books, FeedHub hub, RunDesk desk) {
        Map<String, Handler> handlers = new HashMap<>();
        ServerCalls server = new ServerCalls(engine, books, desk, description, telemetry);
        handlers.put("live", server::live);
        handlers.put("ready", server::ready);
        handlers.put("describe", server::describe);
        handlers.put("metrics", server::metrics);
        handlers.put("version", server::version);
        handlers.put("listConnectors", server::connectors);
        PipelineCalls pipelines = new PipelineCalls(engine, shelf, books, hub, clock);
        handlers.put("listPipelines", pipelines::list);
        handlers.put("getPipeline", pipelines::get);
        handlers.put("putPipeline", pipelines::put);
        handlers.put("validatePipeline", pipelines::validate);
        handlers.put("discoverStreams", pipelines::discover);
        StateCalls state = new StateCalls(vertx, shelf, books);
        handlers.put("getState", state::show);
        handlers.put("resetState", state::reset);
        handlers.put("listDeadLetters", state::deadLetters);
        handlers.put("getDeadLetter", state::deadLetter);
        ReplayCalls replays = new ReplayCalls(engine, shelf, desk);
        handlers.put("previewReplay", replays::preview);
        handlers.put("startReplay", replays::start);
        RunCalls runs = new RunCalls(shelf, books, desk, hub);
        handlers.put("listRuns", runs::list);
        handlers.put("startRun", runs::start);
        handlers.put("getRun", runs::get);
        handlers.put("cancelRun", runs::cancel);
        handlers.put("listEvents", runs::events);
        FeedCalls feeds = new FeedCalls(hub);
        handlers.put("watchRun", feeds::ofRun);
        handlers.put("watchRuns", feeds::ofAll);
        return handlers;
    }

    private HttpServerOptions httpOptions() {
        HttpServerOptions http = new HttpServerOptions()
                .setHost(options.host())
                .setPort(options.port())
                // a plain connection would stay unseen until its first bytes
                .setHttp2ClearTextEnabled(false)
                .setIdleTimeout((int) IDLE.toSeconds())
                .setIdleTimeoutUnit(TimeUnit.SECONDS)
                .setMaxWebSocketFrameSize(MAX_INCOMING_FRAME)
                .setMaxWebSocketMessageSize(MAX_INCOMING_FRAME)
                .addWebSocketSubProtocol(Access.SUBPROTOCOL);
        certificate.ifPresent(own -> http.setSsl(true)
                .setSslHandshakeTimeout(ConnectionGuard.SILENCE.toSeconds())
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setKeyCertOptions(own));
        return http;
    }

    private void secure(RoutingContext context) {
        context.response()
                .putHeader("x-content-type-options", "nosniff")
                .putHeader("x-frame-options", "DENY")
                .putHeader("referrer-policy", "no-referrer")
                .putHeader("cross-origin-resource-policy", "same-origin")
                .putHeader("content-security-policy", CONTENT_POLICY)
                .putHeader("cache-control", "no-store");
        if (certificate.isPresent()) {
            context.response().putHeader("strict-transport-security", "max-age=31536000");
        }
    }

    /** What no operation has answered. */
    private static void errors(Router router) {
        router.errorHandler(
                400,
                context -> HttpProblem.malformed("the request cannot be read").writeTo(context.response()));
        router.errorHandler(
                404,
                context -> HttpProblem.notFound("nothing is served at this path; /api/v1/openapi.yaml tells what is")
                        .writeTo(context.response()));
        router.errorHandler(
                405,
                context -> HttpProblem.methodNotAllowed(
                                "this path takes other methods; /api/v1/openapi.yaml tells which")
                        .writeTo(context.response()));
        router.errorHandler(
                413,
                context -> HttpProblem.tooLarge("the body is larger than this operation takes")
                        .writeTo(context.response()));
        router.errorHandler(
                500,
                context -> Refusals.of(Objects.requireNonNullElseGet(
                                context.failure(),
                                () -> new IllegalStateException("a request failed without a reason")))
                        .writeTo(context.response()));
    }

    /** Runs work on the verticle's event loop. Any thread, once it is deployed. */
    <T> Future<T> onLoop(java.util.function.Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        context.runOnContext(v -> work.get().onComplete(promise));
        return promise.future();
    }

    int port() {
        return wiring.http().actualPort();
    }

    /**
     * Takes no more work and lets runs reach a checkpoint: each is cancelled once every stream of it that is under way has saved one, and
     * at the end of the grace at the latest. What is behind a checkpoint is never kept half (I6), so the next run goes on there. On the
     * verticle's event loop.
     */
    Future<Void> drain() {
        wiring.scheduler().close();
        List<RunHandle> active = wiring.desk().close();
        Draining draining = new Draining(wiring.hub(), active);
        long timer = vertx.setTimer(Math.max(1, options.grace().toMillis()), t -> active.forEach(RunHandle::cancel));
        Promise<Void> ended = Promise.promise();
        List<Future<RunReport>> reports = active.stream().map(RunHandle::report).toList();
        draining.begin();
        Future.join(reports).onComplete(done -> {
            vertx.cancelTimer(timer);
            // the last events are on the bus, behind this
            context.runOnContext(v -> ended.complete());
        });
        return ended.future().compose(done -> {
            wiring.hub().close();
            return wiring.http().close();
        });
    }
}
