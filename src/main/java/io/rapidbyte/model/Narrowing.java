package io.rapidbyte.model;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a pipeline narrows what a connector's manifest grants (I29). It can take away but never give.
 *
 * @param tls a stricter rule for connections: {@code required} or {@code forbidden}
 * @param allowedHosts if there, connections go to these only: exact names and addresses, or {@code *.suffix}
 * @param variables environment variables that the connector may see, with their values where they are set
 * @param folders folders that the connector may see
 * @param limits lower limits by the manifest's own names, such as {@code max_memory_mb}
 */
public record Narrowing(
        Optional<String> tls,
        Optional<List<String>> allowedHosts,
        Map<String, Optional<String>> variables,
        List<Folder> folders,
        Map<String, Long> limits) {

    /** What a pipeline says that says nothing: the manifest's grants hold, and nothing of the host is seen. */
    public static final Narrowing NONE =
            new Narrowing(Optional.empty(), Optional.empty(), Map.of(), List.of(), Map.of());

    public Narrowing {
        allowedHosts = allowedHosts.map(List::copyOf);
        variables = Collections.unmodifiableMap(new TreeMap<>(variables));
        folders = List.copyOf(folders);
        limits = Collections.unmodifiableMap(new TreeMap<>(limits));
    }

    /**
     * A folder handed to the connector.
     *
     * @param guest where the connector finds it
     * @param host the folder
     */
    public record Folder(String guest, Path host, boolean writable) {}

    /** Without the variables' values, which may be secrets (I31). */
    @Override
    public String toString() {
        return "Narrowing[tls=" + tls + ", allowedHosts=" + allowedHosts + ", variables=" + variables.keySet()
                + ", folders=" + folders + ", limits=" + limits + "]";
    }
}
