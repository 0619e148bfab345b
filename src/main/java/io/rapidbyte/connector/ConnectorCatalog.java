package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Finds connectors: by path, in folders, and among those bundled on the class path, in this order.
 * Loads each module once and shares it. Safe on any thread; blocks on files and, once for each
 * module, on its compilation.
 */
public final class ConnectorCatalog {
    private final List<Path> folders;

    private ConnectorCatalog(List<Path> folders) {
        this.folders = List.copyOf(folders);
    }

    /**
     * A catalogue of the connectors in {@code folders}, searched in that order, and the bundled ones.
     * A folder holds {@code <name>.wasm} files, {@code <name>/<name>.wasm} or, for versions side by side,
     * {@code <name>@<version>/<name>.wasm}, each beside its manifest.
     */
    public static ConnectorCatalog of(List<Path> folders) {
        return new ConnectorCatalog(folders);
    }

    /**
     * The connector that a pipeline names.
     *
     * @param use {@code name}, {@code ns/name}, either with {@code @version}, or a path that ends in {@code .wasm}
     * @param role what it has to be
     * @throws ConnectorException of category {@code CONFIG} if there is none, if its manifest or
     *     module is unfit, or if it lacks the role
     */
    public Connector resolve(String use, ConnectorRole role) throws ConnectorException {
        Connector connector = find(use).connector();
        if (!connector.manifest().roles().containsKey(role)) {
            throw HostErrors.config(
                    "connector.wrong-role",
                    connector.manifest().id() + " cannot be used as a " + spelling(role) + "; it is a "
                            + connector.manifest().roles().keySet().stream()
                                    .sorted()
                                    .map(ConnectorCatalog::spelling)
                                    .collect(Collectors.joining(" and a ")));
        }
        return connector;
    }

    /**
     * The connector of that name or path, fit for use or not.
     *
     * @param use as {@link #resolve} takes it
     * @throws ConnectorException of category {@code CONFIG} if there is none
     */
    public ConnectorCandidate find(String use) throws ConnectorException {
        return new ConnectorCandidate(
                switch (Reference.parse(use)) {
                    case Reference.ByPath path -> byPath(path.path());
                    case Reference.ByName name -> byName(use, name);
                    case Reference.Malformed _ ->
                        throw HostErrors.config(
                                "connector.malformed-name",
                                "\"" + Text.cut(use, 100) + "\" is no connector; write name, namespace/name or "
                                        + "namespace/name@version in lower case, or the path of a .wasm file");
                });
    }

    /** All connectors of the folders and the bundle, by name; those unfit for use are among them and say why. */
    public List<ConnectorListing> list() {
        return places().values().stream()
                .map(place -> Inspection.of(place).listing())
                .toList();
    }

    private Inspection byPath(String path) throws ConnectorException {
        try {
            Path file = Path.of(path);
            if (Files.isRegularFile(file)) {
                return Inspection.of(new CatalogPlace.File(file));
            }
        } catch (InvalidPathException e) {
            throw notFound(path, "it is no path: " + e.getReason());
        }
        throw notFound(path, "there is no such file");
    }

    private Inspection byName(String use, Reference.ByName reference) throws ConnectorException {
        List<String> others = new ArrayList<>();
        for (CatalogPlace place : candidates(reference)) {
            Inspection inspection = Inspection.of(place);
            Optional<ConnectorManifest> manifest = inspection.manifest();
            if (manifest.isEmpty() || reference.fits(manifest.get())) {
                return inspection;
            }
            others.add(manifest.get().id() + "@" + manifest.get().version() + " (" + place.location() + ")");
        }
        if (!others.isEmpty()) {
            throw notFound(use, "there is only " + String.join(", ", others));
        }
        Map<String, CatalogPlace> known = places();
        String hint = Nearest.to(reference.name(), known.keySet())
                .map(near -> "did you mean \"" + near + "\"?")
                .orElseGet(() -> known.isEmpty() ? "there are none" : "known are " + String.join(", ", known.keySet()));
        throw notFound(use, hint + " Looked in " + whereLooked());
    }

    private static ConnectorException notFound(String use, String why) {
        return HostErrors.config("connector.not-found", "there is no connector \"" + Text.cut(use, 200) + "\": " + why);
    }

    private String whereLooked() {
        return Stream.concat(folders.stream().map(Path::toString), Stream.of("the bundled connectors"))
                .collect(Collectors.joining(", "));
    }

    /** Every place of that name, in the order of the search. */
    private List<CatalogPlace> candidates(Reference.ByName reference) {
        List<CatalogPlace> candidates = new ArrayList<>();
        String name = reference.name();
        String file = name + ".wasm";
        for (Path folder : folders) {
            Stream<Path> ofVersion = reference.version().stream()
                    .map(version -> folder.resolve(name + "@" + version).resolve(file));
            Stream.concat(
                            ofVersion,
                            Stream.of(folder.resolve(file), folder.resolve(name).resolve(file)))
                    .filter(Files::isRegularFile)
                    .map(CatalogPlace.File::new)
                    .forEach(candidates::add);
        }
        if (bundled().contains(name)) {
            candidates.add(new CatalogPlace.Resource(name));
        }
        return candidates;
    }

    /** Everything there is, by name; where a name occurs twice, the place that a pipeline would get. */
    private Map<String, CatalogPlace> places() {
        Map<String, CatalogPlace> places = new TreeMap<>();
        folders.forEach(folder -> modulesIn(folder).forEach(file -> {
            CatalogPlace place = new CatalogPlace.File(file);
            places.putIfAbsent(place.name(), place);
        }));
        bundled().forEach(name -> places.putIfAbsent(name, new CatalogPlace.Resource(name)));
        return places;
    }

    private static List<Path> modulesIn(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> Files.isDirectory(entry) ? entry.resolve(nameOf(entry) + ".wasm") : entry)
                    .filter(file -> file.getFileName().toString().endsWith(".wasm") && Files.isRegularFile(file))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the connectors in " + folder, e);
        }
    }

    /** A folder's name, without the version that may follow it. */
    private static String nameOf(Path folder) {
        return folder.getFileName().toString().replaceFirst("@.*", "");
    }

    private static Set<String> bundled() {
        try {
            return Bundle.names();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the bundled connectors", e);
        }
    }

    private static String spelling(ConnectorRole role) {
        return role.name().toLowerCase(Locale.ROOT);
    }
}
