package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * Where the rows come from.
 *
 * @param use the connector's name, {@code ns/name@version} or path
 * @param config the connector's own settings, variables already replaced
 */
public record SourceSettings(String use, ObjectNode config, List<StreamSettings> streams) {
    public SourceSettings {
        streams = List.copyOf(streams);
    }

    /** Without the settings, which hold passwords (I31). */
    @Override
    public String toString() {
        return "SourceSettings[use=" + use + ", streams=" + streams + "]";
    }
}
