package io.rapidbyte.config;

import io.rapidbyte.model.Compression;
import io.rapidbyte.model.StreamLimits;

/**
 * What a run may use.
 *
 * @param parallelism how many streams run at once
 */
public record Resources(int parallelism, StreamLimits limits, Compression compression) {

    public static final int DEFAULT_PARALLELISM = 1;
}
