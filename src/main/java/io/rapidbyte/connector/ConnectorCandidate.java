package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorException;

/** A connector that was found and looked at, and may be unfit for use. Immutable. */
public final class ConnectorCandidate {
    private final Inspection inspection;

    ConnectorCandidate(Inspection inspection) {
        this.inspection = inspection;
    }

    /** What is known of it, and what is wrong with it. */
    public ConnectorListing listing() {
        return inspection.listing();
    }

    /**
     * The connector, fit for use.
     *
     * @throws ConnectorException of category {@code CONFIG} if it is refused (I29)
     */
    public Connector connector() throws ConnectorException {
        return inspection.connector();
    }
}
