package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.WriteMode;
import java.util.List;

/** Where the rows go, and what becomes of those already there. */
public record DestinationSettings(
        String use, ObjectNode config, WriteMode writeMode, List<String> primaryKey, StreamPolicies policies) {
    public DestinationSettings {
        primaryKey = List.copyOf(primaryKey);
    }

    /** Without the settings, which hold passwords (I31). */
    @Override
    public String toString() {
        return "DestinationSettings[use=" + use + ", writeMode=" + writeMode + ", primaryKey=" + primaryKey
                + ", policies=" + policies + "]";
    }
}
