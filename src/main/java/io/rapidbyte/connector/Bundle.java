package io.rapidbyte.connector;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The connectors on the class path, be it folders or jars: {@code io/rapidbyte/connectors/<name>/<name>.wasm}. */
final class Bundle {
    static final String ROOT = "io/rapidbyte/connectors";

    private Bundle() {}

    static InputStream open(String path) throws IOException {
        InputStream resource = loader().getResourceAsStream(ROOT + "/" + path);
        if (resource == null) {
            throw new FileNotFoundException("there is no resource " + ROOT + "/" + path);
        }
        return resource;
    }

    /** The names of all bundled connectors, sorted. */
    static Set<String> names() throws IOException {
        Set<String> names = new TreeSet<>();
        for (URL root : Collections.list(loader().getResources(ROOT))) {
            if (root.openConnection() instanceof JarURLConnection jar) {
                // Without the cache the jar is ours to close.
                jar.setUseCaches(false);
                try (JarFile file = jar.getJarFile()) {
                    file.stream().map(entry -> entry.getName()).forEach(entry -> addName(names, entry));
                }
            } else {
                addFolders(names, root);
            }
        }
        return names;
    }

    private static void addName(Set<String> names, String entry) {
        String[] parts = entry.startsWith(ROOT + "/")
                ? entry.substring(ROOT.length() + 1).split("/", -1)
                : new String[0];
        if (parts.length == 2 && parts[1].equals(parts[0] + ".wasm")) {
            names.add(parts[0]);
        }
    }

    private static void addFolders(Set<String> names, URL root) throws IOException {
        URI uri = uri(root);
        try (Stream<Path> folders = Files.list(Path.of(uri))) {
            folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> Files.exists(Path.of(uri).resolve(name).resolve(name + ".wasm")))
                    .forEach(names::add);
        }
    }

    private static URI uri(URL url) throws IOException {
        try {
            return url.toURI();
        } catch (URISyntaxException e) {
            throw new IOException("a class path folder has no usable address: " + url, e);
        }
    }

    private static ClassLoader loader() {
        return Bundle.class.getClassLoader();
    }
}
