package io.rapidbyte.server;

import io.rapidbyte.engine.Engine;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.telemetry.Telemetry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A server of the API on an engine. Safe on any thread. */
public final class Server {
    private final Vertx vertx;
    private final ServerVerticle verticle;
    private final String deployment;
    private final int port;
    private final Optional<Path> generatedToken;

    // guarded by this
    private @Nullable Future<Void> stopped;

    private Server(Vertx vertx, ServerVerticle verticle, String deployment, int port, Optional<Path> generatedToken) {
        this.vertx = vertx;
        this.verticle = verticle;
        this.deployment = deployment;
        this.port = port;
        this.generatedToken = generatedToken;
    }

    /**
     * Starts to listen. The caller owns {@code vertx}, {@code engine} and {@code telemetry}, and stops the server before them.
     *
     * @return fails with a {@link FailureException} of kind {@code USAGE} where the options cannot be met
     */
    public static Future<Server> start(Vertx vertx, Engine engine, ServerOptions options, Telemetry telemetry) {
        return start(vertx, engine, options, telemetry, InstantSource.system());
    }

    static Future<Server> start(
            Vertx vertx, Engine engine, ServerOptions options, Telemetry telemetry, InstantSource clock) {
        return vertx.executeBlocking(() -> prepare(engine, options, telemetry, clock), false)
                .map(Objects::requireNonNull)
                .compose(prepared -> vertx.deployVerticle(prepared.verticle())
                        .recover(cause -> Future.failedFuture(cannotListen(options, cause)))
                        .map(id -> new Server(
                                vertx,
                                prepared.verticle(),
                                id,
                                prepared.verticle().port(),
                                prepared.tokens().generated())));
    }

    private record Prepared(ServerVerticle verticle, Tokens tokens) {}

    private static Prepared prepare(Engine engine, ServerOptions options, Telemetry telemetry, InstantSource clock) {
        if (!Files.isDirectory(options.pipelines())) {
            throw refused(
                    "serve.pipelines",
                    "there is no folder " + options.pipelines()
                            + ": make it, or name the one of your pipelines with --pipelines",
                    Optional.empty());
        }
        Tokens tokens = Tokens.of(options);
        return new Prepared(
                new ServerVerticle(
                        engine,
                        options,
                        tokens,
                        options.tls().map(TlsFiles::load),
                        ApiDescription.load(),
                        clock,
                        telemetry),
                tokens);
    }

    private static Throwable cannotListen(ServerOptions options, Throwable cause) {
        return cause instanceof java.net.BindException
                ? refused(
                        "serve.listen",
                        "cannot listen on " + options.host() + ":" + options.port() + ": " + cause.getMessage(),
                        Optional.of(cause))
                : cause;
    }

    static FailureException refused(String code, String message, Optional<Throwable> cause) {
        Failure failure = new Failure(FailureKind.USAGE, ConnectorError.permanent(ErrorCategory.CONFIG, code, message));
        return cause.map(why -> new FailureException(failure, why)).orElseGet(() -> new FailureException(failure));
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** The file with the token that was made because none was named. */
    public Optional<Path> generatedToken() {
        return generatedToken;
    }

    /**
     * Takes no more work, lets runs reach a checkpoint within the grace, tells the clients of feeds the end, and stops. Calling it again
     * gives the same future.
     */
    public synchronized Future<Void> stop() {
        if (stopped == null) {
            stopped = verticle.onLoop(verticle::drain).compose(drained -> vertx.undeploy(deployment));
        }
        return stopped;
    }
}
