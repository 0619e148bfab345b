package io.rapidbyte.e2e;

import java.util.ArrayList;
import java.util.List;

/** Writes pipeline files for tests: a small builder whose defaults make a full refresh with replace. */
final class PipelineText {
    private final Postgres.Database source;
    private final Postgres.Database target;
    private final List<String> streams = new ArrayList<>();
    private final List<String> transforms = new ArrayList<>();
    private final List<String> resources = new ArrayList<>();
    private final List<String> destination = new ArrayList<>();
    private final List<String> sourceLines = new ArrayList<>();
    private String sourceUse = "source-postgres";
    private String targetUse = "dest-postgres";
    private String sourceExtra = "";
    private String targetExtra = "";
    private String sourceHost = "127.0.0.1";
    private int sourcePort;
    private String sourceUser = "postgres";
    private String targetUser = "postgres";
    private String writeMode = "replace";
    private String state = "";
    private String name;

    PipelineText(Postgres.Database source, Postgres.Database target) {
        this.source = source;
        this.target = target;
        this.sourcePort = source.server().port();
        this.name = target.name();
    }

    PipelineText stream(String name) {
        return streamWith(name, "");
    }

    /** {@code more} is further YAML flow keys, such as {@code columns: [id]}. */
    PipelineText streamWith(String name, String more) {
        streams.add("    - {name: '" + name.replace("'", "''") + "', sync_mode: full_refresh"
                + (more.isEmpty() ? "" : ", ") + more + "}");
        return this;
    }

    /** {@code more} is further YAML flow keys, such as {@code cursor_nulls: exclude}. */
    PipelineText incremental(String name, String cursorField, String more) {
        streams.add("    - {name: " + name + ", sync_mode: incremental, cursor_field: " + cursorField
                + (more.isEmpty() ? "" : ", ") + more + "}");
        return this;
    }

    PipelineText changes(String name) {
        streams.add("    - {name: '" + name.replace("'", "''") + "', sync_mode: cdc}");
        return this;
    }

    PipelineText transform(String use, String config) {
        transforms.add("  - {use: " + use + ", config: " + config + "}");
        return this;
    }

    /** Another name than the target database's. */
    PipelineText named(String another) {
        name = another;
        return this;
    }

    /** A YAML mapping of where the state lies. */
    PipelineText state(String mapping) {
        state = "state: " + mapping + "\n";
        return this;
    }

    PipelineText append() {
        writeMode = "append";
        return this;
    }

    /** By the source's own key. */
    PipelineText upsert() {
        writeMode = "upsert";
        return this;
    }

    /** A further line of the destination, such as {@code on_data_error: dlq}. */
    PipelineText destination(String line) {
        destination.add("  " + line);
        return this;
    }

    PipelineText resource(String line) {
        resources.add("  " + line);
        return this;
    }

    PipelineText sourceUse(String use) {
        sourceUse = use;
        return this;
    }

    PipelineText targetUse(String use) {
        targetUse = use;
        return this;
    }

    PipelineText sourceUser(String user, String password) {
        sourceUser = user;
        return sourceConfig("password: '" + password + "'");
    }

    /** Whose password is set otherwise. */
    PipelineText sourceAs(String user) {
        sourceUser = user;
        return this;
    }

    PipelineText targetUser(String user, String password) {
        targetUser = user;
        return targetConfig("password: '" + password + "'");
    }

    /** Who has no password. */
    PipelineText targetAs(String user) {
        targetUser = user;
        return this;
    }

    PipelineText sourceAt(String host, int port) {
        sourceHost = host;
        sourcePort = port;
        return this;
    }

    /** A further line of the source, such as {@code limits: {max_sockets: 1}}. */
    PipelineText source(String line) {
        sourceLines.add("  " + line);
        return this;
    }

    PipelineText sourceConfig(String flowKey) {
        sourceExtra += ", " + flowKey;
        return this;
    }

    PipelineText targetConfig(String flowKey) {
        targetExtra += ", " + flowKey;
        return this;
    }

    String text() {
        StringBuilder text = new StringBuilder("version: \"1.0\"\npipeline: " + name + "\n" + state + "source:\n");
        text.append("  use: ").append(sourceUse).append('\n');
        text.append("  config: {host: ").append(sourceHost).append(", port: ").append(sourcePort);
        text.append(", user: ")
                .append(sourceUser)
                .append(", database: ")
                .append(source.name())
                .append(sourceExtra);
        text.append("}\n");
        sourceLines.forEach(line -> text.append(line).append('\n'));
        text.append("  streams:\n").append(String.join("\n", streams)).append('\n');
        if (!transforms.isEmpty()) {
            text.append("transforms:\n").append(String.join("\n", transforms)).append('\n');
        }
        text.append("destination:\n  use: ").append(targetUse).append('\n');
        text.append("  config: {host: 127.0.0.1, port: ").append(target.server().port());
        text.append(", user: ")
                .append(targetUser)
                .append(", database: ")
                .append(target.name())
                .append(targetExtra);
        text.append("}\n  write_mode: ").append(writeMode).append('\n');
        destination.forEach(line -> text.append(line).append('\n'));
        text.append("resources:\n").append(String.join("\n", resources)).append('\n');
        if (resources.stream().noneMatch(line -> line.contains("max_retries"))) {
            // A test that waits for a failure wants it at once.
            text.append("  max_retries: 0\n");
        }
        return text.toString();
    }
}
