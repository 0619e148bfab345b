package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.model.ConnectorRole;
import java.util.List;

/**
 * The connectors of a pipeline, each with its part.
 *
 * @param parts from the source to the destination
 */
record Cast(List<Part> parts) {
    Cast {
        parts = List.copyOf(parts);
    }

    /**
     * One connector.
     *
     * @param stage the stage's name, such as {@code transform-1}
     */
    record Part(String stage, ConnectorRole role, Connector connector, ObjectNode config) {
        /** As failures and logs name it. */
        String label() {
            return stage + " (" + connector.manifest().shortName() + ")";
        }
    }
}
