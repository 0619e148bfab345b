package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.Narrowing;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code source} and its streams. */
final class SourceReader {
    static final int MAX_STREAMS = 10_000;

    /** As many as PostgreSQL's tables can have, the widest of the sources in sight. */
    static final int MAX_COLUMNS = 1_600;

    /** Two quoted 63-byte identifiers and a dot take 261 at the most. */
    static final int MAX_NAME_CHARS = 512;

    static final SyncMode DEFAULT_SYNC_MODE = SyncMode.FULL_REFRESH;

    private SourceReader() {}

    /** @param writeMode the destination's; empty where the file names none that exists */
    static Optional<SourceSettings> read(Section root, Optional<WriteMode> writeMode) {
        return root.requiredSection("source", SectionKeys.SOURCE).map(source -> {
            String use = source.requiredText("use").orElse("");
            ObjectNode config = source.settings("config");
            Narrowing narrowing = NarrowingReader.read(source);
            source.require("streams");
            List<StreamSettings> streams = streams(source, writeMode);
            return new SourceSettings(use, config, narrowing, streams, follow(source, streams));
        });
    }

    private static Optional<Duration> follow(Section source, List<StreamSettings> streams) {
        Duration flushInterval = source.time(
                "flush_interval",
                SourceSettings.DEFAULT_FLUSH_INTERVAL,
                SourceSettings.MIN_FLUSH_INTERVAL,
                SourceSettings.MAX_FLUSH_INTERVAL);
        if (!source.flag("follow", false)) {
            if (source.has("flush_interval") && !source.has("follow")) {
                source.problem("flush_interval", "says how changes are followed, and they are not", "add follow: true");
            }
            return Optional.empty();
        }
        streams.stream()
                .filter(stream -> stream.syncMode() != SyncMode.CDC)
                .findFirst()
                .ifPresent(other -> source.problem(
                        "follow",
                        "is for changes, and the stream " + Quote.of(other.name()) + " has another sync_mode than cdc",
                        "put it into a pipeline of its own"));
        return Optional.of(flushInterval);
    }

    private static List<StreamSettings> streams(Section source, Optional<WriteMode> writeMode) {
        List<Section> sections = source.sections("streams", MAX_STREAMS, SectionKeys.STREAM);
        if (source.isEmptyList("streams")) {
            source.problem("streams", "lists no stream", "name at least one: - name: my_table");
        }
        List<StreamSettings> streams = new ArrayList<>();
        Map<String, Section> seen = new HashMap<>();
        for (Section section : sections) {
            StreamSettings stream = stream(section, writeMode);
            Section first = seen.putIfAbsent(stream.name(), section);
            if (first != null && !stream.name().isEmpty()) {
                section.problem(
                        "name",
                        "the stream " + Quote.of(stream.name()) + " is listed twice",
                        "the first is on line " + first.line());
            }
            streams.add(stream);
        }
        return streams;
    }

    private static StreamSettings stream(Section section, Optional<WriteMode> writeMode) {
        String name = section.requiredText("name").orElse("");
        if (name.length() > MAX_NAME_CHARS) {
            section.problem("name", "is longer than " + MAX_NAME_CHARS + " characters");
        }
        SyncMode syncMode = section.choice("sync_mode", SyncMode.class).orElse(DEFAULT_SYNC_MODE);
        Optional<CursorSettings> cursor = CursorReader.read(section, syncMode, writeMode);
        if (syncMode == SyncMode.CDC && writeMode.isPresent() && writeMode.get() == WriteMode.REPLACE) {
            section.problem(
                    "sync_mode",
                    "cdc cannot go with write_mode: replace, which would leave nothing but the newest changes",
                    "use upsert to keep a table, or append to keep a log of its changes");
        }
        Optional<List<String>> columns = section.names("columns", MAX_COLUMNS);
        if (section.isEmptyList("columns")) {
            section.problem("columns", "lists no column", "remove it to read every column");
        }
        return new StreamSettings(name, syncMode, cursor, columns);
    }
}
