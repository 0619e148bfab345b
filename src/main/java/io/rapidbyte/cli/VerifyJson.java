package io.rapidbyte.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.engine.Difference;
import io.rapidbyte.engine.ReportJson;
import io.rapidbyte.engine.StreamVerdict;
import io.rapidbyte.engine.VerifyReport;

/** What a verification found, for machines. Field names are an API: they are added, never renamed. */
final class VerifyJson {
    private VerifyJson() {}

    static ObjectNode encode(VerifyReport report, int shown, int exitCode) {
        String status =
                exitCode == 0 ? "equal" : exitCode == VerifyCommand.DIFFERENT_EXIT_CODE ? "different" : "failed";
        ObjectNode node = Json.result("verify", status, exitCode);
        node.put("duration_ms", report.duration().toMillis());
        ArrayNode streams = node.putArray("streams");
        report.streams().forEach(stream -> streams.add(encode(stream, shown)));
        return node;
    }

    private static ObjectNode encode(StreamVerdict stream, int shown) {
        ObjectNode node = Json.object()
                .put("stream", stream.streamName())
                .put("status", Text.word(stream.status()))
                .put("source_rows", stream.sourceRows())
                .put("target_rows", stream.targetRows())
                .put("ranges", stream.ranges())
                .put("differing_keys", stream.differences().size())
                .put("complete", stream.complete())
                .put("duration_ms", stream.duration().toMillis());
        ArrayNode differences = node.putArray("differences");
        for (Difference difference : stream.differences().stream().limit(shown).toList()) {
            ObjectNode each = differences.addObject().put("kind", Text.word(difference.kind()));
            ArrayNode key = each.putArray("key");
            difference.key().forEach(key::add);
        }
        stream.repaired()
                .ifPresent(repaired -> node.putObject("repaired")
                        .put("inserted", repaired.inserted())
                        .put("updated", repaired.updated())
                        .put("deleted", repaired.deleted()));
        ArrayNode notes = node.putArray("notes");
        stream.notes().forEach(notes::add);
        stream.failure().ifPresent(failure -> node.set("failure", ReportJson.encode(failure)));
        return node;
    }
}
