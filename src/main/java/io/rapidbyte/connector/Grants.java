package io.rapidbyte.connector;

import io.rapidbyte.connector.ConnectorManifest.Limits;
import io.rapidbyte.connector.ConnectorManifest.Tls;
import io.rapidbyte.model.Narrowing;
import io.rapidbyte.wasm.Folder;
import io.rapidbyte.wasm.TimeLimits;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an instance may do: its manifest's grants as a pipeline has narrowed them (I29). Immutable.
 *
 * @param tls the stricter of both rules
 * @param onlyHosts if there, connections go to these of the granted hosts only
 * @param variables what the guest sees of the environment
 * @param folders what it sees of the files
 * @param limits the lower of both in each
 */
record Grants(
        Tls tls, Optional<List<String>> onlyHosts, Map<String, String> variables, List<Folder> folders, Limits limits) {

    Grants {
        onlyHosts = onlyHosts.map(List::copyOf);
        variables = Map.copyOf(variables);
        folders = List.copyOf(folders);
    }

    /** What a manifest grants by itself: of its host a guest then sees nothing. */
    static Grants of(ConnectorManifest manifest) {
        return new Grants(manifest.network().tls(), Optional.empty(), Map.of(), List.of(), manifest.limits());
    }

    TimeLimits time() {
        return new TimeLimits(
                seconds(limits.maxWallSeconds()), seconds(limits.maxCpuSeconds()), seconds(limits.maxSpinSeconds()));
    }

    /** 0 stands for no limit. */
    static Optional<Duration> seconds(int seconds) {
        return seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }

    /** Without the variables' values, which may be secrets (I31). */
    @Override
    public String toString() {
        return "Grants[tls=" + tls + ", onlyHosts=" + onlyHosts + ", variables=" + variables.keySet() + ", folders="
                + folders + ", limits=" + limits + "]";
    }

    /** What is left of a manifest's grants; {@code issues} takes all that would widen them. */
    static Grants narrowed(ConnectorManifest manifest, Narrowing narrowing, List<ConfigIssue> issues) {
        return new Narrower(manifest, issues).narrow(narrowing);
    }
}
