package io.rapidbyte.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The keys that each section of a pipeline file may have: the loader accepts no others. */
enum SectionKeys {
    ROOT("", "version", "pipeline", "source", "transforms", "destination", "state", "resources", "schedule"),
    SOURCE("source", "use", "config", "permissions", "limits", "follow", "flush_interval", "streams"),
    STREAM(
            "source.streams[]",
            "name",
            "sync_mode",
            "cursor_field",
            "tie_breaker_field",
            "cursor_nulls",
            "cursor_lag",
            "columns"),
    TRANSFORM("transforms[]", "use", "config", "permissions", "limits"),
    DESTINATION(
            "destination",
            "use",
            "config",
            "permissions",
            "limits",
            "write_mode",
            "primary_key",
            "on_data_error",
            "max_dead_letters",
            "schema_evolution"),
    SCHEMA_EVOLUTION(
            "destination.schema_evolution", "new_column", "removed_column", "type_change", "nullability_change"),
    PERMISSIONS("source.permissions", "network", "env", "fs"),
    NETWORK("source.permissions.network", "tls", "allowed_hosts"),
    ENV("source.permissions.env", "allowed_vars"),
    FS("source.permissions.fs", "preopens"),
    PREOPEN("source.permissions.fs.preopens[]", "guest", "host", "mode"),
    LIMITS(
            "source.limits",
            "max_memory_mb",
            "max_sockets",
            "max_network_mb",
            "connect_seconds",
            "max_idle_seconds",
            "max_wall_seconds",
            "max_cpu_seconds",
            "max_spin_seconds"),
    STATE("state", "backend", "connection"),
    RESOURCES(
            "resources",
            "parallelism",
            "max_batch_bytes",
            "max_inflight_batches",
            "checkpoint_interval_bytes",
            "checkpoint_interval_rows",
            "checkpoint_interval_seconds",
            "max_retries",
            "compression"),
    SCHEDULE("schedule", "cron", "time_zone", "every", "missed");

    private final String place;

    @SuppressWarnings("ImmutableEnumChecker") // List.of never changes; the type cannot say so
    private final List<String> names;

    SectionKeys(String place, String... names) {
        this.place = place;
        this.names = List.of(names);
    }

    /** Where the section stands, dotted, {@code []} for any item; empty for the root. */
    String place() {
        return place;
    }

    List<String> names() {
        return names;
    }

    /** What to tell somebody who wrote {@code key} in this section, where it is unknown. */
    String hintFor(String key) {
        Optional<String> near = NearestName.of(key, names).map(name -> "did you mean " + name + "?");
        return near.or(() -> elsewhere(key)).orElse("known here: " + String.join(", ", names));
    }

    private static Optional<String> elsewhere(String key) {
        return Arrays.stream(values())
                .filter(section -> section.names.contains(key))
                .findFirst()
                .map(section -> section == ROOT ? "it belongs at the top level" : "it belongs under " + section.place);
    }
}
