package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.Narrowing;

/**
 * One transform between source and destination.
 *
 * @param narrowing what the connector may do less than its manifest grants
 */
public record TransformSettings(String use, ObjectNode config, Narrowing narrowing) {
    /** Without the settings, which hold passwords (I31). */
    @Override
    public String toString() {
        return "TransformSettings[use=" + use + "]";
    }
}
