package io.rapidbyte.connector;

import io.rapidbyte.connector.ConnectorManifest.Limits;
import io.rapidbyte.connector.ConnectorManifest.Tls;
import io.rapidbyte.connector.net.HostPattern;
import io.rapidbyte.model.Narrowing;
import io.rapidbyte.wasm.Folder;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Lays a pipeline's narrowing over a manifest's grants, and reports all that would widen them (I29). Used once. */
final class Narrower {
    private static final Map<String, Tls> TLS =
            Map.of("optional", Tls.OPTIONAL, "required", Tls.REQUIRED, "forbidden", Tls.FORBIDDEN);

    private final ConnectorManifest manifest;
    private final List<ConfigIssue> issues;

    /** @param issues takes what is wrong, at pointers such as {@code /limits/max_sockets} */
    Narrower(ConnectorManifest manifest, List<ConfigIssue> issues) {
        this.manifest = manifest;
        this.issues = issues;
    }

    Grants narrow(Narrowing narrowing) {
        return new Grants(
                tls(narrowing.tls()),
                hosts(narrowing.allowedHosts()),
                variables(narrowing.variables()),
                folders(narrowing.folders()),
                limits(narrowing.limits()));
    }

    private Tls tls(Optional<String> wanted) {
        Tls granted = manifest.network().tls();
        Tls chosen = wanted.flatMap(word -> Optional.ofNullable(TLS.get(word))).orElse(granted);
        if (granted != Tls.OPTIONAL && chosen != granted) {
            refuse(
                    "/permissions/network/tls",
                    "cannot be " + word(chosen) + ", for the manifest of " + manifest.id() + " says " + word(granted));
            return granted;
        }
        return chosen;
    }

    private static String word(Tls tls) {
        return tls.name().toLowerCase(Locale.ROOT);
    }

    private Optional<List<String>> hosts(Optional<List<String>> wanted) {
        List<String> hosts = wanted.orElse(List.of());
        for (int i = 0; i < hosts.size(); i++) {
            if (!HostPattern.isWellFormed(hosts.get(i))) {
                refuse("/permissions/network/allowed_hosts/" + i, "must be a host name, an address, or *.suffix");
            }
        }
        return wanted;
    }

    private Map<String, String> variables(Map<String, Optional<String>> wanted) {
        Map<String, String> seen = new TreeMap<>();
        wanted.forEach((name, value) -> {
            value.ifPresent(text -> seen.put(name, text));
            if (!manifest.host().variables().contains(name)) {
                refuse(
                        "/permissions/env/allowed_vars",
                        "names " + name + ", which the manifest of " + manifest.id() + " does not ask for; it asks for "
                                + listed(manifest.host().variables()));
            }
        });
        return seen;
    }

    private List<Folder> folders(List<Narrowing.Folder> wanted) {
        List<Folder> folders = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < wanted.size(); i++) {
            Narrowing.Folder folder = wanted.get(i);
            String pointer = "/permissions/fs/preopens/" + i;
            Optional<ConnectorManifest.Folder> granted = manifest.host().folders().stream()
                    .filter(each -> each.guest().equals(folder.guest()))
                    .findFirst();
            if (granted.isEmpty()) {
                refuse(
                        pointer + "/guest",
                        "is a folder that the manifest of " + manifest.id() + " does not ask for; it asks for "
                                + listed(manifest.host().folders().stream()
                                        .map(ConnectorManifest.Folder::guest)
                                        .toList()));
            } else if (!seen.add(folder.guest())) {
                refuse(pointer + "/guest", "is listed twice");
            } else if (folder.writable() && !granted.get().writable()) {
                refuse(
                        pointer + "/mode",
                        "cannot be read-write, for the manifest of " + manifest.id() + " says read-only");
            } else if (!Files.isDirectory(folder.host())) {
                refuse(pointer + "/host", "is no folder");
            } else {
                folders.add(new Folder(folder.guest(), folder.host().toAbsolutePath(), folder.writable()));
            }
        }
        return folders;
    }

    private static String listed(List<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }

    private Limits limits(Map<String, Long> wanted) {
        Limits granted = manifest.limits();
        Map<String, Long> left = new TreeMap<>(wanted);
        Limits lower = new Limits(
                lower("max_memory_mb", granted.maxMemoryMb(), left),
                lower("max_sockets", granted.maxSockets(), left),
                lowerOrNone("max_network_mb", granted.maxNetworkMb(), left),
                lower("connect_seconds", granted.connectSeconds(), left),
                lowerOrNone("max_idle_seconds", granted.maxIdleSeconds(), left),
                lowerOrNone("max_wall_seconds", granted.maxWallSeconds(), left),
                lowerOrNone("max_cpu_seconds", granted.maxCpuSeconds(), left),
                lower("max_spin_seconds", granted.maxSpinSeconds(), left));
        if (lower.maxMemoryMb() < manifest.artifact().minMemoryMb()) {
            refuse(
                    "/limits/max_memory_mb",
                    "must be at least " + manifest.artifact().minMemoryMb() + ", which " + manifest.id() + " needs");
        }
        left.keySet().forEach(name -> refuse("/limits/" + name, "is no limit of a manifest"));
        return lower;
    }

    /** A granted limit of 0 is none at all, which any number narrows; a wanted one of 0 would lift it. */
    private int lowerOrNone(String name, int granted, Map<String, Long> left) {
        Long wanted = left.get(name);
        if (wanted != null && wanted < 1) {
            left.remove(name);
            refuse("/limits/" + name, "must be at least 1");
            return granted;
        }
        return granted == 0 && wanted == null ? 0 : lower(name, granted == 0 ? Integer.MAX_VALUE : granted, left);
    }

    private int lower(String name, int granted, Map<String, Long> left) {
        Long wanted = left.remove(name);
        if (wanted == null) {
            return granted;
        }
        if (wanted > granted || wanted < 0) {
            refuse(
                    "/limits/" + name,
                    "cannot be " + wanted + ", for the manifest of " + manifest.id() + " grants " + granted);
            return granted;
        }
        return Math.toIntExact(wanted);
    }

    private void refuse(String pointer, String message) {
        issues.add(new ConfigIssue(pointer, message));
    }
}
