package io.rapidbyte.engine;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.StageFailures;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.StreamContext;
import java.util.List;
import java.util.Optional;

/** Who does the work of one stage. */
sealed interface Part permits GuestPart, BusPart {
    /** The stage's name, such as {@code transform-1}. */
    String stage();

    ConnectorRole role();

    /** Short, for failures, logs and reports. */
    String name();

    /** Of reading or writing, as pipelines name them. */
    List<String> modes();

    /** The settings that tell what is read or written, without passwords where these are known. */
    ObjectNode fingerprinted();

    /** Gets ready what many instances share. Blocks. */
    void load() throws ConnectorException;

    /**
     * Makes guests of the stage.
     *
     * @param state what a connector keeps; outlives the guest
     */
    StageGuest.Maker maker(StreamContext stream, ConnectorState state);

    /** A question to a destination that has not been asked yet: how far did the load get? */
    Crew.Inquiry inquiry(StreamContext stream, ConnectorState state);

    /** As failures and logs name it. */
    default String label() {
        return stage() + " (" + name() + ")";
    }

    /** What it said went wrong, with the stream where it was about one. */
    default Failure failure(ConnectorError error, Optional<String> streamName) {
        return new Failure(StageFailures.kind(role(), error), error, streamName, Optional.of(label()));
    }
}
