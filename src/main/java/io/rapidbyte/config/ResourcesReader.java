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
        refuseRetries(section);
        return new Resources((int) parallelism, limits, compression(section));
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
        String bytesKey = "checkpoint_interval_bytes";
        long everyBytes = section.bytes(bytesKey, 0, 0, Resources.MAX_CHECKPOINT_INTERVAL_BYTES);
        String rowsKey = "checkpoint_interval_rows";
        long everyRows = section.number(rowsKey, 0, 0, Resources.MAX_CHECKPOINT_INTERVAL_ROWS);
        String secondsKey = "checkpoint_interval_seconds";
        long everySeconds = section.number(secondsKey, 0, 0, Resources.MAX_CHECKPOINT_INTERVAL_SECONDS);
        refuseUnlessZero(section, bytesKey, everyBytes, "checkpoints");
        refuseUnlessZero(section, rowsKey, everyRows, "checkpoints");
        refuseUnlessZero(section, secondsKey, everySeconds, "checkpoints");
        return new StreamLimits(
                batchBytes, StreamLimits.DEFAULT_MAX_RECORD_BYTES, (int) inflight, everyBytes, everyRows, everySeconds);
    }

    private static void refuseRetries(Section section) {
        refuseUnlessZero(section, "max_retries", section.number("max_retries", 0, 0, Resources.MAX_RETRIES), "retries");
    }

    private static void refuseUnlessZero(Section section, String key, long value, String what) {
        if (value != 0) {
            section.notYet(key, what, "use 0 or remove it");
        }
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
