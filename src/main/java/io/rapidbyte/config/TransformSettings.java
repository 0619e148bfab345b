package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** One transform between source and destination. */
public record TransformSettings(String use, ObjectNode config) {
    /** Without the settings, which hold passwords (I31). */
    @Override
    public String toString() {
        return "TransformSettings[use=" + use + "]";
    }
}
