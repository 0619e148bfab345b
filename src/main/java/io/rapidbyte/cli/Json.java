package io.rapidbyte.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.ConnectorListing;
import io.rapidbyte.engine.CheckReport;
import io.rapidbyte.engine.ListingJson;
import io.rapidbyte.engine.ReplayPreview;
import io.rapidbyte.engine.ReportJson;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.LogSlot;
import io.rapidbyte.model.Problem;
import io.rapidbyte.model.RunReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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

    static ObjectNode replay(ReplayPreview preview, Optional<RunReport> report, int exitCode) {
        ObjectNode node = result("dlq replay", "succeeded", exitCode);
        report.ifPresent(ended -> node.setAll(ReportJson.encode(ended)));
        node.set("selection", ListingJson.selection(preview));
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
        node.set("problems", ListingJson.problems(problems));
        return node;
    }

    static ObjectNode check(CheckReport report, int exitCode) {
        ObjectNode node = result("check", exitCode == 0 ? "succeeded" : FAILED, exitCode);
        node.setAll(ListingJson.check(report));
        return node;
    }

    static ObjectNode discover(List<DiscoveredStream> streams) {
        ObjectNode node = result("discover", "succeeded", 0);
        ArrayNode array = node.putArray("streams");
        streams.forEach(stream -> array.add(ListingJson.stream(stream)));
        return node;
    }

    /** @param key what the slots are: {@code slots} or {@code dropped} */
    static ObjectNode slots(String command, String key, List<LogSlot> slots) {
        ObjectNode node = result(command, "succeeded", 0);
        ArrayNode array = node.putArray(key);
        slots.forEach(slot -> array.add(ListingJson.slot(slot)));
        return node;
    }

    static ObjectNode connectors(List<ConnectorListing> listings) {
        ObjectNode node = result("connectors", "succeeded", 0);
        ArrayNode array = node.putArray("connectors");
        listings.forEach(listing -> array.add(ListingJson.connector(listing)));
        return node;
    }

    static ObjectNode connectorSchema(ConnectorListing listing, ObjectNode schema) {
        ObjectNode node = result("connectors show", "succeeded", 0);
        node.set("connector", ListingJson.connector(listing));
        node.set("config_schema", schema);
        return node;
    }

    static ObjectNode scaffold(Path folder, List<Path> written) {
        ObjectNode node = result("scaffold", "succeeded", 0).put("folder", folder.toString());
        ArrayNode files = node.putArray("files");
        written.forEach(file -> files.add(file.toString()));
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
