package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.ConnectorListing;
import io.rapidbyte.model.Column;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.LogSlot;
import io.rapidbyte.model.Problem;
import java.util.List;

/** Problems, findings, streams and connectors as JSON objects. Field names are an API: they are added, never renamed. */
public final class ListingJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ListingJson() {}

    /** The problems of a file, in its order. */
    public static ArrayNode problems(List<Problem> problems) {
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

    /** The problems of a file and what its connectors found. */
    public static ObjectNode check(CheckReport report) {
        ObjectNode node = NODES.objectNode();
        node.set("problems", problems(report.problems()));
        ArrayNode findings = node.putArray("findings");
        report.findings().forEach((stage, found) -> found.forEach(each -> findings.add(finding(stage, each))));
        return node;
    }

    private static ObjectNode finding(String stage, Finding finding) {
        ObjectNode node = NODES.objectNode()
                .put("stage", stage)
                .put("level", ReportJson.word(finding.level()))
                .put("code", finding.code())
                .put("message", finding.message());
        finding.streamName().ifPresent(name -> node.put("stream", name));
        return node;
    }

    /** What a replay would take, by stream. */
    public static ArrayNode selection(ReplayPreview preview) {
        ArrayNode array = NODES.arrayNode();
        for (ReplayPreview.Stream stream : preview.streams()) {
            ObjectNode node = array.addObject()
                    .put("stream", stream.streamName())
                    .put("dead_letters", stream.letters())
                    .put("unfinished", stream.unfinished())
                    .put("obsolete", stream.obsolete())
                    .put("foreign", stream.foreign());
            stream.leftOut().forEach(node.putArray("left_out")::add);
        }
        return array;
    }

    /** A slot in the log of a source's server. */
    public static ObjectNode slot(LogSlot slot) {
        ObjectNode node = NODES.objectNode()
                .put("name", slot.name())
                .put("reader", ReportJson.word(slot.reader()))
                .put("active", slot.active())
                .put("lost", slot.lost())
                .put("retained_bytes", slot.retainedBytes());
        slot.position().ifPresent(position -> node.put("position", position));
        return node;
    }

    /** A stream that a source offers. */
    public static ObjectNode stream(DiscoveredStream stream) {
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
        stream.syncModes().forEach(mode -> modes.add(ReportJson.word(mode)));
        stream.estimatedRows().ifPresent(rows -> node.put("estimated_rows", rows));
        stream.estimatedBytes().ifPresent(bytes -> node.put("estimated_bytes", bytes));
        return node;
    }

    /** A connector of a catalogue. */
    public static ObjectNode connector(ConnectorListing listing) {
        ObjectNode node = NODES.objectNode()
                .put("name", listing.name())
                .put("location", listing.location())
                .put("bundled", listing.bundled())
                .put("usable", listing.problem().isEmpty())
                .put("checksum", ReportJson.word(listing.checksum()));
        listing.problem().ifPresent(problem -> node.put("problem", problem));
        listing.manifest().ifPresent(manifest -> {
            node.put("id", manifest.id())
                    .put("version", manifest.version())
                    .put("description", manifest.description())
                    .put("protocol_version", manifest.protocolVersion());
            ObjectNode roles = node.putObject("roles");
            manifest.roles().forEach((role, abilities) -> {
                ObjectNode each = roles.putObject(ReportJson.word(role));
                abilities.modes().forEach(each.putArray("modes")::add);
                abilities.features().forEach(each.putArray("features")::add);
            });
            ObjectNode permissions = node.putObject("permissions");
            manifest.host().variables().forEach(permissions.putArray("env")::add);
            ArrayNode folders = permissions.putArray("fs");
            manifest.host()
                    .folders()
                    .forEach(folder -> folders.addObject()
                            .put("guest", folder.guest())
                            .put("mode", folder.writable() ? "read-write" : "read-only"));
            ObjectNode network = permissions.putObject("network");
            manifest.network().allowedHosts().forEach(network.putArray("allowed_hosts")::add);
            network.put("allow_runtime_config_domains", manifest.network().allowRuntimeConfigDomains());
            network.put("tls", ReportJson.word(manifest.network().tls()));
            node.putObject("limits")
                    .put("max_memory_mb", manifest.limits().maxMemoryMb())
                    .put("max_sockets", manifest.limits().maxSockets());
        });
        return node;
    }
}
