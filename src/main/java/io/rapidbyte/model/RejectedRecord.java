package io.rapidbyte.model;

/**
 * A row that was rejected, without loss.
 *
 * @param row a JSON object; values that JSON cannot hold are strings in the form the source prints them
 */
public record RejectedRecord(String streamName, String row, ErrorCategory category, String code, String message) {}
