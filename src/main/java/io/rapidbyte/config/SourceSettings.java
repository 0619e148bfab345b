package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.Narrowing;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Where the rows come from.
 *
 * @param use the connector's name, {@code ns/name@version} or path
 * @param config the connector's own settings, variables already replaced
 * @param narrowing what the connector may do less than its manifest grants
 * @param follow present where the streams' changes are followed until the run is cancelled: how long what came may wait for
 *     its checkpoint
 */
public record SourceSettings(
        String use, ObjectNode config, Narrowing narrowing, List<StreamSettings> streams, Optional<Duration> follow) {
    public static final Duration DEFAULT_FLUSH_INTERVAL = Duration.ofSeconds(1);

    /** 10 ms: the server is asked, and the destination commits, as often. */
    public static final Duration MIN_FLUSH_INTERVAL = Duration.ofMillis(10);

    public static final Duration MAX_FLUSH_INTERVAL = Duration.ofHours(1);

    public SourceSettings {
        streams = List.copyOf(streams);
    }

    /** With all that the manifest grants, and read to the end. */
    public SourceSettings(String use, ObjectNode config, List<StreamSettings> streams) {
        this(use, config, Narrowing.NONE, streams, Optional.empty());
    }

    /** In the order of the file; no two are the same. */
    public List<String> streamNames() {
        return streams.stream().map(StreamSettings::name).toList();
    }

    /** Without the settings, which hold passwords (I31). */
    @Override
    public String toString() {
        return "SourceSettings[use=" + use + ", streams=" + streams + "]";
    }
}
