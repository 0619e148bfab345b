package io.rapidbyte.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.engine.RecordJson;
import io.rapidbyte.state.DeadLetter;
import io.rapidbyte.state.Lease;
import io.rapidbyte.state.LoadRecord;
import io.rapidbyte.state.RunRecord;
import io.rapidbyte.state.StoredCursor;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the state holds, for machines: results as {@link Json} has them. */
final class StateJson {
    private static final String SUCCEEDED = "succeeded";

    private StateJson() {}

    private static ObjectNode result(String command) {
        return Json.result(command, SUCCEEDED, 0);
    }

    static ObjectNode state(
            String pipeline, Optional<Lease> lease, List<LoadRecord> loads, List<StoredCursor> cursors) {
        ObjectNode node = result("state show");
        node.setAll(RecordJson.state(pipeline, lease, loads, cursors));
        return node;
    }

    static ObjectNode reset(String pipeline, Map<String, Boolean> reset) {
        ObjectNode node = result("state reset").put("pipeline", pipeline);
        ArrayNode streams = node.putArray("streams");
        reset.forEach((stream, any) -> streams.addObject().put("stream", stream).put("forgotten", any));
        return node;
    }

    static ObjectNode runs(List<RunRecord> runs) {
        ObjectNode node = result("runs list");
        ArrayNode array = node.putArray("runs");
        runs.forEach(run -> array.add(RecordJson.run(run)));
        return node;
    }

    static ObjectNode run(RunRecord run) {
        ObjectNode node = result("runs show");
        node.set("run", RecordJson.run(run));
        return node;
    }

    static ObjectNode deadLetters(List<DeadLetter> letters) {
        ObjectNode node = result("dlq list");
        ArrayNode array = node.putArray("dead_letters");
        letters.forEach(letter -> array.add(RecordJson.deadLetter(letter)));
        return node;
    }

    static ObjectNode deadLetter(DeadLetter letter) {
        ObjectNode node = result("dlq show");
        node.set("dead_letter", RecordJson.deadLetter(letter).put("schema", letter.schema()));
        return node;
    }
}
