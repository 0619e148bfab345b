package io.rapidbyte.connector;

/** What connectors keep between calls through {@code state-get} and its kin, in memory. Safe on any thread. */
public final class ConnectorState {}
