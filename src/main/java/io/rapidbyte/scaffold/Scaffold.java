package io.rapidbyte.scaffold;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A project to begin with.
 *
 * @param name of the connector, such as {@code source-lines}; also that of its module
 */
public record Scaffold(String name, Role role, Language language) {
    private static final Pattern NAME = Pattern.compile("(source|dest|transform)-[a-z0-9][a-z0-9-]{0,50}");

    /** What the connector is to be. */
    public enum Role {
        SOURCE,
        DESTINATION,
        TRANSFORM
    }

    /** What it is to be written in. */
    public enum Language {
        /** With the SDK. */
        RUST,
        /** With a C compiler and nothing else. */
        C
    }

    /** The project of that name; empty where it is none of source-…, dest-… and transform-… in lower case. */
    public static Optional<Scaffold> named(String name, Language language) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Role role = switch (matcher.group(1)) {
            case "source" -> Role.SOURCE;
            case "dest" -> Role.DESTINATION;
            default -> Role.TRANSFORM;
        };
        return Optional.of(new Scaffold(name, role, language));
    }

    /**
     * Writes the project.
     *
     * @param folder for it; made where it is missing
     * @param sdk the folder of the SDK, absolute
     * @return the files that were written
     * @throws FileAlreadyExistsException if one of them is there already; nothing is written then
     * @throws IOException if one cannot be written
     */
    public List<Path> writeTo(Path folder, Path sdk) throws IOException {
        Map<Path, String> files = new LinkedHashMap<>();
        for (Map.Entry<String, String> file : templates().entrySet()) {
            Path target = folder.resolve(file.getKey());
            if (Files.exists(target)) {
                throw new FileAlreadyExistsException(target.toString());
            }
            files.put(target, filled(template(file.getValue()), sdk));
        }
        List<Path> written = new ArrayList<>();
        for (Map.Entry<Path, String> file : files.entrySet()) {
            Path parent = file.getKey().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            Files.writeString(file.getKey(), file.getValue());
            if (file.getKey().endsWith("build") && !file.getKey().toFile().setExecutable(true)) {
                throw new IOException(file.getKey() + " cannot be made executable");
            }
            written.add(file.getKey());
        }
        return written;
    }

    /** Templates by the files that they become. */
    private Map<String, String> templates() {
        String of = language.name().toLowerCase(Locale.ROOT);
        String own = of + "/" + role.name().toLowerCase(Locale.ROOT) + "/";
        Map<String, String> files = new LinkedHashMap<>();
        files.put("README.md", of + "/common/README.md");
        files.put(name + ".manifest.json", own + "manifest.json");
        files.put("conformance.yaml", own + "conformance.yaml");
        files.put("build", of + "/common/build");
        files.put(".gitignore", of + "/common/gitignore");
        switch (language) {
            case RUST -> {
                files.put("Cargo.toml", of + "/common/Cargo.toml");
                files.put("src/lib.rs", own + "src/lib.rs");
            }
            case C -> {
                files.put("connector.c", own + "connector.c");
                files.put("rapidbyte.h", of + "/common/rapidbyte.h");
                files.put("rapidbyte.c", of + "/common/rapidbyte.c");
                if (role == Role.SOURCE) {
                    files.put("arrow.h", of + "/common/arrow.h");
                    files.put("arrow.c", of + "/common/arrow.c");
                }
            }
        }
        return files;
    }

    private String filled(String template, Path sdk) {
        return template.replace("@NAME@", name)
                .replace("@ROLE@", role.name().toLowerCase(Locale.ROOT))
                .replace("@SOURCE@", language == Language.RUST ? "src/lib.rs" : "connector.c")
                .replace("@SDK@", sdk.toString());
    }

    private static String template(String path) throws IOException {
        try (InputStream resource = Scaffold.class.getResourceAsStream(path)) {
            if (resource == null) {
                throw new FileNotFoundException("there is no template " + path);
            }
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
