package io.rapidbyte.state;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * SQLite's native library, kept in the user's cache folder. Left to itself, the driver unpacks it anew for each
 * process and compares the copy byte by byte, which is a quarter of what it costs to open a state. Blocks.
 */
final class SqliteLibrary {
    private static final String PATH_PROPERTY = "org.sqlite.lib.path";
    private static final String NAME_PROPERTY = "org.sqlite.lib.name";

    private SqliteLibrary() {}

    /** Before the driver's first connection. Where it cannot be kept the driver goes its own way. */
    static synchronized void keep() {
        if (System.getProperty(PATH_PROPERTY) != null) {
            return;
        }
        String resource = LibraryLoaderUtil.getNativeLibResourcePath() + "/" + LibraryLoaderUtil.getNativeLibName();
        URL packed = SQLiteJDBCLoader.class.getResource(resource);
        if (packed == null) {
            return;
        }
        try {
            if (packed.openConnection() instanceof JarURLConnection connection) {
                Path kept = unpacked(connection, cacheFolder().resolve("sqlite"));
                System.setProperty(NAME_PROPERTY, kept.getFileName().toString());
                System.setProperty(PATH_PROPERTY, kept.resolveSibling("").toString());
            }
        } catch (IOException noCache) {
            // as of a user without a home
        }
    }

    private static Path cacheFolder() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("rapidbyte");
    }

    /** Safe against a second process doing the same. */
    private static Path unpacked(JarURLConnection packed, Path folder) throws IOException {
        JarEntry entry = packed.getJarEntry();
        String name = Path.of(entry.getName()).getFileName().toString();
        // the checksum in the name keeps versions and systems apart, that of the content tells a damaged copy
        Path kept = folder.resolve(String.format(Locale.ROOT, "%08x-%s", entry.getCrc(), name));
        if (Files.isRegularFile(kept) && checksum(Files.readAllBytes(kept)) == entry.getCrc()) {
            return kept;
        }
        Files.createDirectories(folder);
        Path partial = Files.createTempFile(folder, name, ".partial");
        try (InputStream in = packed.getInputStream()) {
            Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
        return kept;
    }

    private static long checksum(byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        return checksum.getValue();
    }
}
