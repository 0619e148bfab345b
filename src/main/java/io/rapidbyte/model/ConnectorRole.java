package io.rapidbyte.model;

/** What a connector instance does in a pipeline. */
public enum ConnectorRole {
    SOURCE,
    TRANSFORM,
    DESTINATION
}
