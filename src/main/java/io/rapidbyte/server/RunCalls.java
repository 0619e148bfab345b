package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.engine.RecordJson;
import io.rapidbyte.state.RunQuery;
import io.rapidbyte.state.RunRecord;
import io.rapidbyte.state.RunState;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What can be asked of runs, but for their live feeds. */
final class RunCalls {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String TRIGGER = "api";

    private final Shelf shelf;
    private final Books books;
    private final RunDesk desk;
    private final FeedHub hub;

    RunCalls(Shelf shelf, Books books, RunDesk desk, FeedHub hub) {
        this.shelf = shelf;
        this.books = books;
        this.desk = desk;
        this.hub = hub;
    }

    Future<Answer> start(Call call) {
        String name = call.body().orElseThrow().path("pipeline").asText();
        return shelf.sound(name)
                .compose(pipeline ->
                        desk.start(pipeline, TRIGGER, key(TRIGGER, call)).map(runId -> asked(runId, pipeline.name())));
    }

    /** @param trigger keeps keys apart from those of schedules and of other operations */
    static Optional<String> key(String trigger, Call call) {
        return call.optional("Idempotency-Key").map(key -> trigger + " " + key);
    }

    static Answer asked(String runId, String pipeline) {
        ObjectNode json = NODES.objectNode().put("run_id", runId).put("pipeline", pipeline);
        json.set("links", Links.ofRun(runId));
        return new Answer.Json(202, json, Map.of("location", Links.run(runId)));
    }

    Future<Answer> list(Call call) {
        int limit = (int) call.number("limit");
        Optional<RunQuery.Place> after = call.optional("after").map(RunCalls::place);
        Future<Optional<Pipeline>> pipeline = call.optional("pipeline")
                .map(name -> shelf.sound(name).map(Optional::of))
                .orElse(Future.succeededFuture(Optional.empty()));
        return pipeline.compose(of -> books.runs(of, limit, after)).map(runs -> page(runs, limit));
    }

    private static RunQuery.Place place(String token) {
        int dash = token.indexOf('-');
        return new RunQuery.Place(
                Instant.ofEpochMilli(Long.parseLong(token.substring(0, dash))), token.substring(dash + 1));
    }

    private static Answer page(List<RunRecord> runs, int limit) {
        ObjectNode json = NODES.objectNode();
        ArrayNode array = json.putArray("runs");
        runs.forEach(run -> array.add(linked(run)));
        if (runs.size() == limit) {
            RunRecord last = runs.getLast();
            json.put("next", last.startedAt().toEpochMilli() + "-" + last.runId());
        }
        return Answer.ok(json);
    }

    private static ObjectNode linked(RunRecord run) {
        ObjectNode json = RecordJson.run(run);
        json.set("links", Links.ofRun(run.runId()));
        return json;
    }

    Future<Answer> get(Call call) {
        String runId = call.text("run");
        return known(runId).map(run -> {
            ObjectNode json = linked(run);
            hub.progress(runId).ifPresent(progress -> json.set("progress", progress.json()));
            return Answer.ok(json);
        });
    }

    private Future<RunRecord> known(String runId) {
        return books.run(runId)
                .map(run -> run.orElseThrow(() ->
                        HttpProblem.notFound("there is no run " + runId + "; /api/v1/runs lists those there are")));
    }

    Future<Answer> cancel(Call call) {
        String runId = call.text("run");
        return known(runId).map(run -> {
            if (desk.cancel(runId)) {
                return asked(runId, run.pipeline());
            }
            throw run.state() == RunState.RUNNING
                    ? HttpProblem.unfit("the run belongs to " + run.holder() + ": stop it there")
                    : HttpProblem.ended("the run has ended already");
        });
    }

    Future<Answer> events(Call call) {
        String runId = call.text("run");
        if (hub.progress(runId).isEmpty()) {
            throw HttpProblem.notFound("this server has no events of the run " + runId + " any more; "
                    + Links.run(runId) + " tells what became of it");
        }
        Optional<List<FeedEvent>> after =
                hub.after(Optional.of(runId), call.optional("after").orElseGet(hub::beginning));
        ObjectNode json = NODES.objectNode();
        ArrayNode events = json.putArray("events");
        after.orElseGet(() -> hub.events(runId)).stream()
                .limit(call.number("limit"))
                .forEach(
                        event -> events.addRawValue(new RawValue(event.message().text())));
        json.put("complete", after.isPresent());
        return Future.succeededFuture(Answer.ok(json));
    }
}
