package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.server.Call.Handler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;

/** Makes the router of the API's description. An operation without a handler, or a handler without one, is a defect found at the start. */
final class ApiRouter {
    /** Ten seconds for a request's body, from its first line on. */
    private static final Duration BODY_PATIENCE = Duration.ofSeconds(10);

    /** Under which a request's role is kept from its admission on. */
    private static final String ROLE = "role";

    private final Vertx vertx;
    private final Access access;
    private final Audit audit;

    ApiRouter(Vertx vertx, Access access, Audit audit) {
        this.vertx = vertx;
        this.access = access;
        this.audit = audit;
    }

    /** @param handlers by the operations' ids */
    void mount(Router router, ApiDescription description, Map<String, Handler> handlers) {
        TreeSet<String> without = new TreeSet<>(handlers.keySet());
        for (Operation operation : description.operations()) {
            Handler handler = Optional.ofNullable(handlers.get(operation.id()))
                    .orElseThrow(() -> new IllegalStateException("nobody does " + operation.id()));
            without.remove(operation.id());
            mount(router, operation, handler);
        }
        if (!without.isEmpty()) {
            throw new IllegalStateException("the API's description lacks " + without);
        }
    }

    private void mount(Router router, Operation operation, Handler handler) {
        String path = operation.path().replaceAll("\\{([a-z_]+)}", ":$1");
        // Each a route of its own: Vert.x would have bodies read before anybody is asked for a token.
        router.route(operation.method(), path).handler(context -> admit(operation, context));
        operation
                .body()
                .ifPresent(body -> router.route(operation.method(), path)
                        .handler(BodyHandler.create(false).setBodyLimit(body.maxBytes())));
        router.route(operation.method(), path).handler(context -> call(operation, handler, context));
    }

    private void admit(Operation operation, RoutingContext context) {
        Role role;
        try {
            role = access.require(operation.role(), context.request());
        } catch (HttpProblem problem) {
            problem.writeTo(context.response());
            return;
        }
        context.put(ROLE, role);
        if (operation.role() == Role.OPERATE) {
            context.addEndHandler(done -> audit.change(
                    context.request(), operation, role, context.response().getStatusCode()));
        }
        if (operation.body().isPresent()) {
            hurry(context);
        }
        context.next();
    }

    /** A body that trickles in holds its connection no longer than this. */
    private void hurry(RoutingContext context) {
        HttpServerRequest request = context.request();
        long timer = vertx.setTimer(BODY_PATIENCE.toMillis(), t -> {
            if (!request.isEnded()) {
                request.connection().close();
            }
        });
        context.addEndHandler(done -> vertx.cancelTimer(timer));
    }

    private static void call(Operation operation, Handler handler, RoutingContext context) {
        Future<Answer> answer;
        try {
            answer = handler.handle(
                    CallReader.read(operation, Objects.requireNonNull(context.<Role>get(ROLE)), context));
        } catch (RuntimeException e) {
            answer = Future.failedFuture(e);
        }
        answer.onComplete(
                done -> write(done, context.response()),
                cause -> Refusals.of(cause).writeTo(context.response()));
    }

    private static void write(Answer answer, HttpServerResponse response) {
        switch (answer) {
            case Answer.Json json -> {
                json.headers().forEach(response::putHeader);
                send(response.setStatusCode(json.status()), json.body());
            }
            case Answer.Text text ->
                response.putHeader("content-type", text.mediaType()).end(text.body());
            case Answer.Taken _ -> {}
        }
    }

    private static void send(HttpServerResponse response, ObjectNode body) {
        if (!response.closed()) {
            response.putHeader("content-type", "application/json").end(Buffer.buffer(body.toString()));
        }
    }
}
