package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.flow.StageFailures;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.Failure;
import java.util.List;
import java.util.Optional;

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

        /** What the connector said went wrong, with the stream where it was about one. */
        Failure failure(ConnectorError error, Optional<String> streamName) {
            return new Failure(StageFailures.kind(role, error), error, streamName, Optional.of(label()));
        }
    }
}
