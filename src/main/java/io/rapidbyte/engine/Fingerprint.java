package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.StreamContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings that make the position of a load meaningful, as one short text: of what the stream reads
 * and where it goes. Passwords and the like are left out, so that a new password does not cost a load.
 */
final class Fingerprint {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Where the part about the cursor ends. */
    private static final char SEPARATOR = '.';

    /** 16 hexadecimal digits of each part: equal only by intent. */
    private static final int DIGITS = 16;

    private Fingerprint() {}

    static String of(Cast cast, StreamContext stream) {
        ObjectNode settings = JSON.objectNode();
        settings.put("stream", stream.name())
                .put("sync_mode", ReportJson.word(stream.syncMode()))
                .put("write_mode", ReportJson.word(stream.writeMode()));
        stream.primaryKey().forEach(settings.putArray("primary_key")::add);
        stream.selectedColumns().ifPresent(columns -> columns.forEach(settings.putArray("columns")::add));
        for (Part part : cast.parts()) {
            ObjectNode connector = settings.putObject(part.stage());
            connector.put("use", part.name());
            connector.set("config", part.fingerprinted());
        }
        return digest(cursor(stream)) + SEPARATOR + digest(settings);
    }

    /** The columns that a kept cursor's value comes from. */
    private static ObjectNode cursor(StreamContext stream) {
        ObjectNode json = JSON.objectNode();
        stream.cursor().ifPresent(cursor -> put(json, cursor));
        return json;
    }

    private static void put(ObjectNode json, Cursor cursor) {
        json.put("field", cursor.field());
        cursor.tieBreakerField().ifPresent(field -> json.put("tie_breaker", field));
    }

    /** Whether a cursor that was kept under one of them means the same under the other. */
    static boolean sameCursor(String one, String other) {
        return cursorPart(one).equals(cursorPart(other));
    }

    private static String cursorPart(String fingerprint) {
        return fingerprint.substring(0, Math.max(0, fingerprint.indexOf(SEPARATOR)));
    }

    private static String digest(JsonNode json) {
        StringBuilder text = new StringBuilder();
        write(text, json);
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Keys in their order, for their order in the file means nothing. */
    private static void write(StringBuilder text, JsonNode json) {
        if (!json.isObject()) {
            text.append(json);
            return;
        }
        Map<String, JsonNode> sorted = new TreeMap<>();
        json.properties().forEach(property -> sorted.put(property.getKey(), property.getValue()));
        text.append('{');
        sorted.forEach((key, value) -> {
            text.append(JSON.textNode(key)).append(':');
            write(text, value);
            text.append(',');
        });
        text.append('}');
    }
}
