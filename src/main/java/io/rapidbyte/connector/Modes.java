package io.rapidbyte.connector;

import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Sync and write modes as manifests and pipelines spell them. */
final class Modes {
    private static final Set<String> SYNC = spellings(SyncMode.values());
    private static final Set<String> WRITE = spellings(WriteMode.values());

    private Modes() {}

    static Set<String> sync() {
        return SYNC;
    }

    static Set<String> write() {
        return WRITE;
    }

    private static Set<String> spellings(Enum<?>[] modes) {
        return Arrays.stream(modes)
                .map(mode -> mode.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
