package io.rapidbyte.server;

/**
 * A message of a live feed, written once for everybody.
 *
 * @param id where a client goes on that has seen it; empty text if nowhere
 * @param text a JSON object on one line
 */
record FeedMessage(String id, String type, String text) {}
