package io.rapidbyte.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.engine.RunEventJson;
import io.rapidbyte.model.RunEvent;

/**
 * A run's event in the feeds.
 *
 * @param number counts from 1 over all runs of this server
 */
record FeedEvent(long number, RunEvent event, FeedMessage message) {

    static FeedEvent of(String feed, long number, RunEvent event) {
        ObjectNode encoded = RunEventJson.encode(event);
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id(feed, number));
        json.setAll(encoded);
        return new FeedEvent(
                number,
                event,
                new FeedMessage(id(feed, number), json.path("type").asText(), json.toString()));
    }

    static String id(String feed, long number) {
        return feed + "-" + number;
    }

    /** Of progress only the latest of each stream counts; everything else stands for itself. */
    Object coalescingKey() {
        return event instanceof RunEvent.StreamProgress progress
                ? progress.runId() + " " + progress.streamName()
                : (Object) number;
    }
}
