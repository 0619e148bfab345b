package io.rapidbyte.model;

import java.util.List;

/**
 * The rows of one key.
 *
 * @param key its values in their columns' forms
 * @param rows more than one where nothing keeps the key unique
 * @param hash sums up a 64-bit hash of each row
 */
public record RowDigest(List<String> key, long rows, String hash) {
    public RowDigest {
        key = List.copyOf(key);
    }
}
