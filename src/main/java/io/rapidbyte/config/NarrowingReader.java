package io.rapidbyte.config;

import io.rapidbyte.model.Narrowing;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code permissions} and {@code limits} of a connector; whether they widen anything its manifest alone can tell. */
final class NarrowingReader {
    static final int MAX_HOSTS = 1_000;
    static final int MAX_VARIABLES = 100;
    static final int MAX_FOLDERS = 16;

    /** 2^31 - 1, the most that a manifest can grant of anything. */
    static final long MAX_LIMIT = Integer.MAX_VALUE;

    private NarrowingReader() {}

    private enum Tls {
        OPTIONAL,
        REQUIRED,
        FORBIDDEN
    }

    /** In the manifests' spelling. */
    private static final String READ_ONLY = "read-only";

    private static final String READ_WRITE = "read-write";

    static Narrowing read(Section connector) {
        Optional<Section> permissions = connector.section("permissions", SectionKeys.PERMISSIONS);
        Optional<Section> network = permissions.flatMap(section -> section.section("network", SectionKeys.NETWORK));
        return new Narrowing(
                network.flatMap(section -> section.choice("tls", Tls.class)).map(Values::name),
                network.flatMap(section -> section.names("allowed_hosts", MAX_HOSTS)),
                permissions
                        .flatMap(section -> section.section("env", SectionKeys.ENV))
                        .map(NarrowingReader::variables)
                        .orElse(Map.of()),
                permissions
                        .flatMap(section -> section.section("fs", SectionKeys.FS))
                        .map(NarrowingReader::folders)
                        .orElse(List.of()),
                connector
                        .section("limits", SectionKeys.LIMITS)
                        .map(NarrowingReader::limits)
                        .orElse(Map.of()));
    }

    /** A variable that is not set stays so: that is for the connector to judge. */
    private static Map<String, Optional<String>> variables(Section section) {
        Map<String, Optional<String>> variables = new HashMap<>();
        for (String name : section.names("allowed_vars", MAX_VARIABLES).orElse(List.of())) {
            variables.put(name, section.environment(name));
        }
        return variables;
    }

    private static List<Narrowing.Folder> folders(Section section) {
        List<Narrowing.Folder> folders = new ArrayList<>();
        if (section.has("preopens") && !section.isEmptyList("preopens") && !section.mayNameFiles()) {
            section.problem("preopens", "hands out folders, which only a pipeline that is a file itself can do");
        }
        for (Section preopen : section.sections("preopens", MAX_FOLDERS, SectionKeys.PREOPEN)) {
            Optional<String> guest = preopen.requiredText("guest");
            Optional<Path> host = preopen.requiredText("host").flatMap(text -> path(preopen, text));
            boolean writable = writable(preopen);
            if (guest.isPresent() && host.isPresent()) {
                folders.add(new Narrowing.Folder(guest.get(), host.get(), writable));
            }
        }
        return folders;
    }

    private static Optional<Path> path(Section preopen, String text) {
        try {
            return Optional.of(Path.of(text));
        } catch (InvalidPathException e) {
            preopen.problem("host", "is no path: " + e.getReason());
            return Optional.empty();
        }
    }

    private static boolean writable(Section preopen) {
        String mode = preopen.text("mode").orElse(READ_ONLY);
        if (!mode.equals(READ_ONLY) && !mode.equals(READ_WRITE)) {
            preopen.problem("mode", "is not one of " + READ_ONLY + ", " + READ_WRITE);
        }
        return mode.equals(READ_WRITE);
    }

    private static Map<String, Long> limits(Section section) {
        Map<String, Long> limits = new HashMap<>();
        for (String name : SectionKeys.LIMITS.names()) {
            if (section.has(name)) {
                limits.put(name, section.number(name, 0, name.equals("max_sockets") ? 0 : 1, MAX_LIMIT));
            }
        }
        return limits;
    }
}
