package io.rapidbyte.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.ConnectorListing;
import io.rapidbyte.engine.CheckReport;
import io.rapidbyte.engine.ReportJson;
import io.rapidbyte.model.Column;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.Problem;
import io.rapidbyte.model.RunReport;
import java.util.List;
import java.util.Map;

/**
 * The results of commands for machines. Field names are an API: they are added, never renamed. Each result
 * says its {@code command}, its {@code status} and the {@code exit_code} of the process.
 */
public final class Json {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String FAILED = "failed";

    private Json() {}

    static ObjectNode object() {
        return NODES.objectNode();
    }

    static ObjectNode result(String command, String status, int exitCode) {
        return NODES.objectNode().put("command", command).put("status", status).put("exit_code", exitCode);
    }

    static ObjectNode run(RunReport report) {
        ObjectNode node = result("run", "", PipelineRun.exitCode(report));
        node.setAll(ReportJson.encode(report));
        return node;
    }

    /** A run's result and, where it came to the comparison, that of each table. */
    public static ObjectNode demo(RunReport report, List<? extends JsonNode> comparison, int exitCode) {
        ObjectNode node = result("demo", exitCode == 0 ? "succeeded" : FAILED, exitCode);
        node.set("run", ReportJson.encode(report));
        node.putArray("comparison").addAll(comparison);
        return node;
    }

    static ObjectNode failed(String command, Failure failure) {
        ObjectNode node = result(command, FAILED, failure.kind().exitCode());
        node.set("failure", ReportJson.encode(failure));
        return node;
    }

    static ObjectNode problems(String command, List<Problem> problems) {
        ObjectNode node = result(command, FAILED, FailureKind.CONFIG.exitCode());
        node.set("problems", problemArray(problems));
        return node;
    }

    private static ArrayNode problemArray(List<Problem> problems) {
        ArrayNode array = NODES.arrayNode();
        for (Problem problem : problems) {
            ObjectNode node = array.addObject()
                    .put("file", problem.file())
                    .put("line", problem.line())
                    .put("column", problem.column())
                    .put("key", problem.key())
                    .put("message", problem.message());
            problem.hint().ifPresent(hint -> node.put("hint", hint));
        }
        return array;
    }

    static ObjectNode check(CheckReport report, int exitCode) {
        ObjectNode node = result("check", exitCode == 0 ? "succeeded" : FAILED, exitCode);
        node.set("problems", problemArray(report.problems()));
        ArrayNode findings = node.putArray("findings");
        report.findings().forEach((stage, found) -> found.forEach(each -> findings.add(finding(stage, each))));
        return node;
    }

    private static ObjectNode finding(String stage, Finding finding) {
        ObjectNode node = NODES.objectNode()
                .put("stage", stage)
                .put("level", Text.word(finding.level()))
                .put("code", finding.code())
                .put("message", finding.message());
        finding.streamName().ifPresent(name -> node.put("stream", name));
        return node;
    }

    static ObjectNode discover(List<DiscoveredStream> streams) {
        ObjectNode node = result("discover", "succeeded", 0);
        ArrayNode array = node.putArray("streams");
        streams.forEach(stream -> array.add(discovered(stream)));
        return node;
    }

    private static ObjectNode discovered(DiscoveredStream stream) {
        ObjectNode node = NODES.objectNode().put("name", stream.name());
        ArrayNode columns = node.putArray("columns");
        for (Column column : stream.schema().columns()) {
            columns.addObject()
                    .put("name", column.name())
                    .put("native_type", column.nativeType())
                    .put("arrow_type", column.arrowType())
                    .put("nullable", column.nullable());
        }
        ArrayNode key = node.putArray("primary_key");
        stream.schema().primaryKey().forEach(key::add);
        ArrayNode modes = node.putArray("sync_modes");
        stream.syncModes().forEach(mode -> modes.add(Text.word(mode)));
        stream.estimatedRows().ifPresent(rows -> node.put("estimated_rows", rows));
        stream.estimatedBytes().ifPresent(bytes -> node.put("estimated_bytes", bytes));
        return node;
    }

    static ObjectNode connectors(List<ConnectorListing> listings) {
        ObjectNode node = result("connectors", "succeeded", 0);
        ArrayNode array = node.putArray("connectors");
        listings.forEach(listing -> array.add(connector(listing)));
        return node;
    }

    private static ObjectNode connector(ConnectorListing listing) {
        ObjectNode node = NODES.objectNode()
                .put("name", listing.name())
                .put("location", listing.location())
                .put("bundled", listing.bundled())
                .put("usable", listing.problem().isEmpty())
                .put("checksum", Text.word(listing.checksum()));
        listing.problem().ifPresent(problem -> node.put("problem", problem));
        listing.manifest().ifPresent(manifest -> {
            node.put("id", manifest.id())
                    .put("version", manifest.version())
                    .put("description", manifest.description())
                    .put("protocol_version", manifest.protocolVersion());
            ObjectNode roles = node.putObject("roles");
            manifest.roles().forEach((role, abilities) -> {
                ArrayNode modes = roles.putObject(Text.word(role)).putArray("modes");
                abilities.modes().forEach(modes::add);
            });
        });
        return node;
    }

    static ObjectNode version(Map<String, String> facts) {
        ObjectNode node = result("version", "succeeded", 0);
        facts.forEach(node::put);
        return node;
    }

    static ObjectNode misuse(String message) {
        return message("", FAILED, FailureKind.USAGE, message);
    }

    static ObjectNode cancelled(String command) {
        return message(command, "cancelled", FailureKind.CANCELLED, "cancelled");
    }

    static ObjectNode defect(String command, Exception e) {
        return message(command, FAILED, FailureKind.INTERNAL, e.toString());
    }

    private static ObjectNode message(String command, String status, FailureKind kind, String message) {
        ObjectNode node = result(command, status, kind.exitCode());
        node.putObject("failure").put("kind", Text.word(kind)).put("message", message);
        return node;
    }
}
