package io.rapidbyte.state;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * SQLite's native library, kept in the user's cache folder. Left to itself, the driver unpacks it anew for each
 * process and compares the copy byte by byte, which is a third of the time it takes to open a state. Blocks.
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
            Path kept = unpacked(packed, cacheFolder().resolve("sqlite"), resource);
            System.setProperty(NAME_PROPERTY, kept.getFileName().toString());
            System.setProperty(PATH_PROPERTY, kept.resolveSibling("").toString());
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
    static Path unpacked(URL packed, Path folder, String resource) throws IOException {
        // /org/sqlite/native/Linux/x86_64/libsqlitejdbc.so
        String[] parts = resource.split("/", -1);
        String system = parts[parts.length - 3] + "-" + parts[parts.length - 2];
        Path kept = folder.resolve(SQLiteJDBCLoader.getVersion() + "-" + system + "-" + parts[parts.length - 1]);
        URLConnection connection = packed.openConnection();
        if (Files.isRegularFile(kept) && Files.size(kept) == connection.getContentLengthLong()) {
            return kept;
        }
        Files.createDirectories(folder);
        Path partial = Files.createTempFile(folder, "library", ".partial");
        try (InputStream in = connection.getInputStream()) {
            Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, kept, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
        return kept;
    }
}
