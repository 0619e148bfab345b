package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.engine.RecordJson;
import io.rapidbyte.state.DeadLetter;
import io.rapidbyte.state.DeadLetterQuery;
import io.rapidbyte.state.Lease;
import io.rapidbyte.state.LeaseHolder;
import io.rapidbyte.state.LoadRecord;
import io.rapidbyte.state.StateStore;
import io.rapidbyte.state.StoredCursor;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What can be asked of a pipeline's state and of its dead letters. */
final class StateCalls {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Vertx vertx;
    private final Shelf shelf;
    private final Books books;

    StateCalls(Vertx vertx, Shelf shelf, Books books) {
        this.vertx = vertx;
        this.shelf = shelf;
        this.books = books;
    }

    Future<Answer> show(Call call) {
        return shelf.sound(call.text("pipeline"))
                .compose(pipeline -> books.of(pipeline).compose(store -> state(store, pipeline.name())));
    }

    private static Future<Answer> state(StateStore store, String pipeline) {
        Future<Optional<Lease>> lease = store.lease(pipeline);
        Future<List<LoadRecord>> loads = store.loads(pipeline);
        Future<List<StoredCursor>> cursors = store.cursors(pipeline);
        return Future.all(lease, loads, cursors)
                .map(done -> Answer.ok(RecordJson.state(pipeline, lease.result(), loads.result(), cursors.result())));
    }

    Future<Answer> reset(Call call) {
        return shelf.sound(call.text("pipeline")).compose(pipeline -> {
            List<String> streams = chosen(call, pipeline);
            Future<LeaseHolder> self =
                    vertx.executeBlocking(LeaseHolder::ofThisProcess, false).map(Objects::requireNonNull);
            return Future.all(books.of(pipeline), self)
                    .compose(both -> reset(both.resultAt(0), pipeline.name(), streams, both.resultAt(1)));
        });
    }

    private static List<String> chosen(Call call, Pipeline pipeline) {
        List<String> all = pipeline.source().streamNames();
        List<String> named = new ArrayList<>();
        call.body().ifPresent(body -> body.path("streams").forEach(stream -> named.add(stream.asText())));
        for (String stream : named) {
            if (!all.contains(stream)) {
                throw HttpProblem.malformed("the pipeline's file has no stream " + stream);
            }
        }
        return named.isEmpty() ? all : named;
    }

    /** One after the other: where one is refused those before it are done. */
    private static Future<Answer> reset(StateStore store, String pipeline, List<String> streams, LeaseHolder self) {
        ObjectNode json = NODES.objectNode().put("pipeline", pipeline);
        ArrayNode told = json.putArray("streams");
        Future<Void> done = Future.succeededFuture();
        for (String stream : streams) {
            done = done.compose(before -> store.resetStream(pipeline, stream, self))
                    .map(any -> {
                        told.addObject().put("stream", stream).put("forgotten", any);
                        return null;
                    });
        }
        return done.map(all -> Answer.ok(json));
    }

    Future<Answer> deadLetters(Call call) {
        return shelf.sound(call.text("pipeline")).compose(pipeline -> {
            int limit = (int) call.number("limit");
            DeadLetterQuery query = new DeadLetterQuery(
                    Optional.of(pipeline.name()),
                    call.optional("stream"),
                    call.optional("run"),
                    limit,
                    call.number("after"));
            return books.of(pipeline).compose(store -> store.deadLetters(query)).map(letters -> page(letters, limit));
        });
    }

    private static Answer page(List<DeadLetter> letters, int limit) {
        ObjectNode json = NODES.objectNode();
        ArrayNode array = json.putArray("dead_letters");
        letters.forEach(letter -> array.add(RecordJson.deadLetter(letter)));
        if (letters.size() == limit) {
            json.put("next", letters.getLast().id());
        }
        return Answer.ok(json);
    }

    Future<Answer> deadLetter(Call call) {
        long id = call.number("letter");
        return shelf.sound(call.text("pipeline"))
                .compose(pipeline -> books.of(pipeline)
                        .compose(store -> store.deadLetter(id))
                        .map(found -> found.filter(letter -> letter.pipeline().equals(pipeline.name()))
                                .map(letter ->
                                        Answer.ok(RecordJson.deadLetter(letter).put("schema", letter.schema())))
                                .orElseThrow(() -> HttpProblem.notFound(
                                        "there is no dead letter " + id + " of " + pipeline.name()))));
    }
}
