package io.rapidbyte.config;

import io.rapidbyte.model.Compression;
import io.rapidbyte.model.StreamLimits;

/** {@code resources}; every key has a default. */
final class ResourcesReader {
    private ResourcesReader() {}

    static Resources read(Section root) {
        return root.section("resources", SectionKeys.RESOURCES)
                .map(ResourcesReader::resources)
                .orElse(Resources.DEFAULT);
    }

    private static Resources resources(Section section) {
        long parallelism = section.number(
                "parallelism", Resources.DEFAULT_PARALLELISM, Resources.MIN_PARALLELISM, Resources.MAX_PARALLELISM);
        StreamLimits limits = limits(section);
        long maxRetries = section.number("max_retries", Resources.DEFAULT_MAX_RETRIES, 0, Resources.MAX_RETRIES);
        return new Resources((int) parallelism, limits, (int) maxRetries, compression(section));
    }

    private static StreamLimits limits(Section section) {
        long batchBytes = section.bytes(
                "max_batch_bytes",
                StreamLimits.DEFAULT_MAX_BATCH_BYTES,
                Resources.MIN_BATCH_BYTES,
                Resources.MAX_BATCH_BYTES);
        long inflight = section.number(
                "max_inflight_batches",
                StreamLimits.DEFAULT_MAX_INFLIGHT_BATCHES,
                Resources.MIN_INFLIGHT_BATCHES,
                Resources.MAX_INFLIGHT_BATCHES);
        long everyBytes = section.bytes(
                "checkpoint_interval_bytes",
                Resources.DEFAULT_CHECKPOINT_INTERVAL_BYTES,
                0,
                Resources.MAX_CHECKPOINT_INTERVAL_BYTES);
        long everyRows = section.number("checkpoint_interval_rows", 0, 0, Resources.MAX_CHECKPOINT_INTERVAL_ROWS);
        long everySeconds =
                section.number("checkpoint_interval_seconds", 0, 0, Resources.MAX_CHECKPOINT_INTERVAL_SECONDS);
        return new StreamLimits(
                batchBytes, StreamLimits.DEFAULT_MAX_RECORD_BYTES, (int) inflight, everyBytes, everyRows, everySeconds);
    }

    /** The names a file may give. */
    private enum Codec {
        LZ4,
        ZSTD,
        NULL
    }

    private static Compression compression(Section section) {
        return section.choice("compression", Codec.class)
                .map(codec -> switch (codec) {
                    case LZ4 -> Compression.LZ4;
                    case ZSTD -> Compression.ZSTD;
                    case NULL -> Compression.NONE;
                })
                .orElse(Resources.DEFAULT.compression());
    }
}
