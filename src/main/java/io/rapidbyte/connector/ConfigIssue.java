package io.rapidbyte.connector;

/**
 * One thing wrong with a connector's settings.
 *
 * @param pointer JSON pointer (RFC 6901) into the settings; empty for the whole
 * @param message for a person; never holds the value of a secret (I31)
 */
public record ConfigIssue(String pointer, String message) {}
