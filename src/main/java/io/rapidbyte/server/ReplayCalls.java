package io.rapidbyte.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.ListingJson;
import io.rapidbyte.engine.ReplayOptions;
import io.rapidbyte.engine.ReplayPreview;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Gives dead letters to their destination once more. */
final class ReplayCalls {
    private static final String TRIGGER = "replay";

    private final Engine engine;
    private final Shelf shelf;
    private final RunDesk desk;

    ReplayCalls(Engine engine, Shelf shelf, RunDesk desk) {
        this.engine = engine;
        this.shelf = shelf;
        this.desk = desk;
    }

    Future<Answer> preview(Call call) {
        List<String> streams = call.optional("stream").stream().toList();
        return shelf.sound(call.text("pipeline"))
                .compose(pipeline -> engine.previewReplay(pipeline, new ReplayOptions(streams, List.of(), false))
                        .map(preview -> shown(pipeline, preview)));
    }

    private static Answer shown(Pipeline pipeline, ReplayPreview preview) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("pipeline", pipeline.name())
                .put("dead_letters", preview.letters());
        json.set("selection", ListingJson.selection(preview));
        return Answer.ok(json);
    }

    Future<Answer> start(Call call) {
        ReplayOptions options = options(call.body());
        Optional<String> key = RunCalls.key(TRIGGER, call);
        return shelf.sound(call.text("pipeline"))
                .compose(pipeline -> engine.previewReplay(pipeline, options)
                        .compose(preview -> {
                            // Who sends a key again wants to hear of the replay that has left nothing.
                            if (preview.letters() == 0 && key.isEmpty()) {
                                throw HttpProblem.unfit(nothing(preview));
                            }
                            return desk.replay(pipeline, options, key);
                        })
                        .map(runId -> RunCalls.asked(runId, pipeline.name())));
    }

    private static ReplayOptions options(Optional<JsonNode> body) {
        JsonNode asked = body.orElseGet(MissingNode::getInstance);
        List<String> streams = new ArrayList<>();
        asked.path("streams").forEach(stream -> streams.add(stream.asText()));
        List<Long> ids = new ArrayList<>();
        asked.path("ids").forEach(id -> ids.add(id.asLong()));
        return new ReplayOptions(streams, ids, asked.path("overwrite").asBoolean());
    }

    private static String nothing(ReplayPreview preview) {
        List<String> reasons = new ArrayList<>();
        preview.streams()
                .forEach(stream -> stream.leftOut().forEach(line -> reasons.add(stream.streamName() + ": " + line)));
        return "there is nothing to replay" + (reasons.isEmpty() ? "" : "; " + String.join("; ", reasons));
    }
}
