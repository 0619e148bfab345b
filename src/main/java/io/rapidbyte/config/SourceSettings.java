package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.Narrowing;
import java.util.List;

/**
 * Where the rows come from.
 *
 * @param use the connector's name, {@code ns/name@version} or path
 * @param config the connector's own settings, variables already replaced
 * @param narrowing what the connector may do less than its manifest grants
 */
public record SourceSettings(String use, ObjectNode config, Narrowing narrowing, List<StreamSettings> streams) {
    public SourceSettings {
        streams = List.copyOf(streams);
    }

    /** With all that the manifest grants. */
    public SourceSettings(String use, ObjectNode config, List<StreamSettings> streams) {
        this(use, config, Narrowing.NONE, streams);
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
