package io.rapidbyte.connector;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a connector's module and manifest are. */
sealed interface CatalogPlace {
    /** Ten times the largest connector one would want to compile. */
    int MAX_MODULE_BYTES = 64 << 20;

    /** The short name that the file name gives. */
    String name();

    /** For people. */
    String location();

    byte[] module() throws IOException;

    byte[] manifest() throws IOException;

    /** The module's file name, which the manifest has to name. */
    default String moduleFile() {
        return name() + ".wasm";
    }

    /** {@code <name>.wasm} in a folder, its manifest beside it. */
    record File(Path path) implements CatalogPlace {
        @Override
        public String name() {
            String file = path.getFileName().toString();
            return file.substring(0, file.length() - ".wasm".length());
        }

        @Override
        public String location() {
            return path.toString();
        }

        @Override
        public byte[] module() throws IOException {
            return bounded(Files.newInputStream(path), MAX_MODULE_BYTES);
        }

        @Override
        public byte[] manifest() throws IOException {
            return bounded(
                    Files.newInputStream(path.resolveSibling(name() + ".manifest.json")), ManifestReader.MAX_BYTES);
        }
    }

    /** On the class path, under {@link Bundle#ROOT}. */
    record Resource(String name) implements CatalogPlace {
        @Override
        public String location() {
            return "bundled";
        }

        @Override
        public byte[] module() throws IOException {
            return bounded(Bundle.open(name + "/" + name + ".wasm"), MAX_MODULE_BYTES);
        }

        @Override
        public byte[] manifest() throws IOException {
            return bounded(Bundle.open(name + "/" + name + ".manifest.json"), ManifestReader.MAX_BYTES);
        }
    }

    private static byte[] bounded(InputStream source, int maxBytes) throws IOException {
        try (source) {
            byte[] bytes = source.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new IOException("larger than " + maxBytes + " bytes");
            }
            return bytes;
        }
    }
}
