package io.rapidbyte.connector;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a pipeline writes after {@code use:}, taken apart. */
sealed interface Reference {
    /** A module's own path. */
    record ByPath(String path) implements Reference {}

    /** {@code [namespace/]name[@version]}. */
    record ByName(Optional<String> namespace, String name, Optional<String> version) implements Reference {
        boolean fits(ConnectorManifest manifest) {
            return namespace.map(ns -> manifest.id().equals(ns + "/" + name)).orElse(true)
                    && version.map(manifest.version()::equals).orElse(true);
        }
    }

    /** What is neither. */
    record Malformed() implements Reference {}

    Pattern NAME =
            Pattern.compile("(?:([a-z0-9][a-z0-9-]{0,63})/)?([a-z0-9][a-z0-9-]{0,63})(?:@([0-9A-Za-z.+-]{1,80}))?");

    static Reference parse(String use) {
        if (use.endsWith(".wasm")) {
            return new ByPath(use);
        }
        Matcher parts = NAME.matcher(use);
        return parts.matches()
                ? new ByName(Optional.ofNullable(parts.group(1)), parts.group(2), Optional.ofNullable(parts.group(3)))
                : new Malformed();
    }
}
