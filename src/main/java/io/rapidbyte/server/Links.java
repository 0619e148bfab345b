package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Where things are found on this server. */
final class Links {
    private static final String API = "/api/v1/";

    private Links() {}

    static String run(String runId) {
        return API + "runs/" + runId;
    }

    static ObjectNode ofRun(String runId) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("self", run(runId))
                .put("progress", run(runId) + "/progress")
                .put("events", run(runId) + "/events")
                .put("cancel", run(runId) + "/cancel");
    }

    static ObjectNode ofPipeline(String name) {
        String self = API + "pipelines/" + name;
        return JsonNodeFactory.instance
                .objectNode()
                .put("self", self)
                .put("runs", API + "runs?pipeline=" + name)
                .put("state", self + "/state")
                .put("dead_letters", self + "/dead-letters")
                .put("replay", self + "/dead-letters/replay")
                .put("streams", self + "/streams");
    }
}
