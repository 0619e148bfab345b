package io.rapidbyte.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.Redaction;
import io.rapidbyte.config.Schedule;
import io.rapidbyte.config.TransformSettings;
import io.rapidbyte.engine.CheckReport;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.ListingJson;
import io.rapidbyte.engine.RecordJson;
import io.rapidbyte.engine.ReportJson;
import io.rapidbyte.model.Problem;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What can be asked of pipelines. */
final class PipelineCalls {
    /** Questions that take guests, at once; each takes a thread and some 20 MB. */
    private static final int MAX_ERRANDS = 4;

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Engine engine;
    private final Shelf shelf;
    private final Books books;
    private final FeedHub hub;
    private final InstantSource clock;
    private int errands;

    /** Files without their secrets, by name and tag: which settings are secret stands in connectors' manifests. */
    private final Lately<List<String>, String> shown = new Lately<>();

    PipelineCalls(Engine engine, Shelf shelf, Books books, FeedHub hub, InstantSource clock) {
        this.clock = clock;
        this.engine = engine;
        this.shelf = shelf;
        this.books = books;
        this.hub = hub;
    }

    Future<Answer> list(Call call) {
        return shelf.list()
                .compose(files -> summaries(files).map(shown -> {
                    ObjectNode json = NODES.objectNode();
                    json.putArray("pipelines").addAll(shown);
                    return Answer.ok(json);
                }));
    }

    private Future<List<ObjectNode>> summaries(List<PipelineFile> files) {
        List<Pipeline> sound =
                files.stream().flatMap(file -> file.pipeline().stream()).toList();
        return books.lastRuns(sound)
                .map(last -> files.stream().map(file -> summary(file, last)).toList());
    }

    private ObjectNode summary(PipelineFile file, Books.LastRuns last) {
        ObjectNode json = NODES.objectNode()
                .put("name", file.name())
                .put("valid", file.pipeline().isPresent());
        json.set("links", Links.ofPipeline(file.name()));
        if (file.pipeline().isEmpty()) {
            json.set("problems", ListingJson.problems(file.problems()));
            return json;
        }
        Pipeline pipeline = file.pipeline().get();
        describe(pipeline, json);
        pipeline.schedule().ifPresent(schedule -> json.set("schedule", schedule(schedule)));
        hub.running(pipeline.name()).ifPresent(run -> json.put("running", run));
        last.of(pipeline).ifPresent(run -> {
            ObjectNode shown = RecordJson.run(run);
            shown.set("links", Links.ofRun(run.runId()));
            json.set("last_run", shown);
        });
        return json;
    }

    private ObjectNode schedule(Schedule schedule) {
        ObjectNode json = NODES.objectNode().put("missed", ReportJson.word(schedule.missed()));
        switch (schedule.times()) {
            case Schedule.Cron cron ->
                json.put("cron", cron.expression().toString())
                        .put("time_zone", cron.zone().getId());
            case Schedule.Every every ->
                json.put("every_seconds", every.period().toSeconds());
        }
        schedule.times().after(clock.instant()).ifPresent(next -> json.put("next_at", next.toString()));
        return json;
    }

    private static void describe(Pipeline pipeline, ObjectNode json) {
        json.put("pipeline", pipeline.name())
                .put("source", pipeline.source().use())
                .put("destination", pipeline.destination().use())
                .put("write_mode", ReportJson.word(pipeline.destination().writeMode()));
        ArrayNode transforms = json.putArray("transforms");
        pipeline.transforms().forEach(transform -> transforms.add(transform.use()));
        ArrayNode streams = json.putArray("streams");
        pipeline.source()
                .streams()
                .forEach(stream -> streams.addObject()
                        .put("name", stream.name())
                        .put("sync_mode", ReportJson.word(stream.syncMode())));
    }

    Future<Answer> get(Call call) {
        return shelf.get(call.text("pipeline")).compose(file -> shown(file, 200));
    }

    /** Without secrets (I31); a file with problems is not shown, since nobody can say what it reveals. */
    private Future<Answer> shown(PipelineFile file, int status) {
        Future<Optional<String>> yaml = file.pipeline()
                .map(pipeline -> shown.get(
                                List.of(file.name(), file.tag()), () -> engine.withoutSecrets(pipeline, file.text()))
                        .map(Optional::of))
                .orElse(Future.succeededFuture(Optional.empty()));
        return yaml.compose(text -> summaries(List.of(file)).map(List::getFirst).map(json -> {
            text.ifPresent(shown -> json.put("yaml", shown));
            return new Answer.Json(status, json, Map.of("etag", file.tag()));
        }));
    }

    Future<Answer> put(Call call) {
        String name = call.text("pipeline");
        return shelf.parse(name, call.body().orElseThrow().asText()).compose(file -> {
            requireName(file.sound(), name);
            requireSecrets(file);
            return shelf.store(file, expected(call)).compose(fresh -> shown(file, fresh ? 201 : 200));
        });
    }

    /** What is stored here is found under the name under which its runs are recorded. */
    private static void requireName(Pipeline pipeline, String name) {
        if (!pipeline.name().equals(name)) {
            throw Refusals.problems(new PipelineException(List.of(new Problem(
                    pipeline.origins().file(),
                    pipeline.origins().locate("/pipeline").line(),
                    pipeline.origins().locate("/pipeline").column(),
                    "pipeline",
                    "must be " + name + ", the name in the request's path",
                    Optional.empty()))));
        }
    }

    /** Who edits what was shown must not store the marks in place of the secrets. */
    private static void requireSecrets(PipelineFile file) {
        Pipeline pipeline = file.sound();
        boolean marked = Stream.concat(
                        Stream.of(
                                pipeline.source().config(),
                                pipeline.destination().config()),
                        pipeline.transforms().stream().map(TransformSettings::config))
                .anyMatch(PipelineCalls::holdsMark);
        if (marked || pipeline.state().connection().equals(Optional.of(Redaction.MARK))) {
            throw HttpProblem.invalidPipeline(
                    "a setting is \"" + Redaction.MARK
                            + "\", which only stands for a value that is not shown: write the value, or better a reference such as ${PGPASSWORD}");
        }
    }

    private static boolean holdsMark(JsonNode settings) {
        if (settings.isTextual()) {
            return settings.asText().equals(Redaction.MARK);
        }
        return StreamSupport.stream(settings.spliterator(), false).anyMatch(PipelineCalls::holdsMark);
    }

    private static Predicate<Optional<PipelineFile>> expected(Call call) {
        Optional<String> match = call.optional("If-Match");
        boolean none = call.optional("If-None-Match").isPresent();
        return before ->
                (match.isEmpty() || match.equals(before.map(PipelineFile::tag))) && (!none || before.isEmpty());
    }

    Future<Answer> validate(Call call) {
        String name = call.text("pipeline");
        Future<PipelineFile> file =
                call.body().isPresent() ? shelf.parse(name, call.body().get().asText()) : shelf.get(name);
        return file.compose(read -> {
                    if (read.pipeline().isEmpty() || !call.flag("connect")) {
                        return Future.succeededFuture(new CheckReport(read.problems(), Map.of()));
                    }
                    return errand(() -> engine.check(read.pipeline().get()));
                })
                .map(report -> {
                    ObjectNode json = NODES.objectNode().put("valid", report.passed());
                    json.setAll(ListingJson.check(report));
                    return Answer.ok(json);
                });
    }

    Future<Answer> discover(Call call) {
        return shelf.sound(call.text("pipeline"))
                .compose(pipeline -> errand(() -> engine.discover(pipeline)))
                .map(found -> {
                    ObjectNode json = NODES.objectNode();
                    ArrayNode streams = json.putArray("streams");
                    found.forEach(stream -> streams.add(ListingJson.stream(stream)));
                    return Answer.ok(json);
                });
    }

    private <T> Future<T> errand(Supplier<Future<T>> question) {
        if (errands >= MAX_ERRANDS) {
            return Future.failedFuture(HttpProblem.tooMany(
                    "the server asks sources and destinations " + MAX_ERRANDS + " questions at once; try again later"));
        }
        errands++;
        return question.get().onComplete(done -> errands--);
    }
}
