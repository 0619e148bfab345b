package io.rapidbyte.server;

import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** The live feeds. */
final class FeedCalls {
    /** The most clients there may be at once. */
    static final int MAX_CLIENTS = 2_000;

    private final FeedHub hub;

    FeedCalls(FeedHub hub) {
        this.hub = hub;
    }

    Future<Answer> ofRun(Call call) {
        String runId = call.text("run");
        if (hub.progress(runId).isEmpty()) {
            throw HttpProblem.notFound("this server has no events of the run " + runId + " any more; "
                    + Links.run(runId) + " tells what became of it");
        }
        return follow(call, Optional.of(runId));
    }

    Future<Answer> ofAll(Call call) {
        return follow(call, Optional.empty());
    }

    private Future<Answer> follow(Call call, Optional<String> runId) {
        if (hub.clients() >= MAX_CLIENTS) {
            throw HttpProblem.tooMany("the server's feeds have " + MAX_CLIENTS + " clients, the most there may be");
        }
        HttpServerRequest request = call.context().request();
        Optional<String> lastId = call.optional("last_event_id").or(() -> call.optional("Last-Event-ID"));
        String upgrade = Objects.requireNonNullElse(request.getHeader(HttpHeaders.UPGRADE), "");
        if (upgrade.toLowerCase(Locale.ROOT).equals("websocket")) {
            return request.toWebSocket().map(socket -> socket(socket, runId, lastId));
        }
        return Future.succeededFuture(eventStream(call, runId, lastId));
    }

    private Answer socket(ServerWebSocket socket, Optional<String> runId, Optional<String> lastId) {
        FeedClient client = hub.client(new SocketPipe(socket), runId);
        socket.closeHandler(closed -> hub.leave(client));
        socket.exceptionHandler(broken -> hub.leave(client));
        socket.drainHandler(drained -> client.drain());
        hub.follow(client, lastId);
        return new Answer.Taken();
    }

    private Answer eventStream(Call call, Optional<String> runId, Optional<String> lastId) {
        HttpServerRequest request = call.context().request();
        if (nothingFollows(runId, lastId)) {
            request.response().setStatusCode(204).end();
            return new Answer.Taken();
        }
        FeedClient client = hub.client(new EventStreamPipe(request), runId);
        call.context().addEndHandler(ended -> hub.leave(client));
        request.response().drainHandler(drained -> client.drain());
        hub.follow(client, lastId);
        return new Answer.Taken();
    }

    /** A browser connects again whenever a stream of events ends, unless it is told that there are no more. */
    private boolean nothingFollows(Optional<String> runId, Optional<String> lastId) {
        return runId.flatMap(hub::progress).filter(RunProgress::ended).isPresent()
                && lastId.flatMap(id -> hub.after(runId, id))
                        .filter(List::isEmpty)
                        .isPresent();
    }
}
