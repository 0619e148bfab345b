package io.rapidbyte.launcher;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Keeps the compiler's jars, which a JVM can load only as files of their own, in the user's cache folder. */
final class CompilerJars {
    /** Where the build puts them inside the fat jar. */
    private static final String FOLDER = "META-INF/graal/";

    private static final List<String> NAMES = List.of("compiler", "truffle-compiler", "word", "collections");

    private CompilerJars() {}

    /** A module path of the jars, unpacked unless the cache has them whole. Safe against a second process doing the same. */
    static String unpack(Path fatJar) throws IOException {
        try (ZipFile zip = new ZipFile(fatJar.toFile())) {
            try {
                return unpack(zip, Files.createDirectories(cacheFolder().resolve("graal")));
            } catch (FileSystemException e) {
                return unpack(zip, temporaryFolder());
            }
        }
    }

    static Path cacheFolder() {
        String xdg = System.getenv("XDG_CACHE_HOME");
        Path base = xdg == null || xdg.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
        return base.resolve("rapidbyte");
    }

    /** For users without a home they can write: theirs alone, since what lies in it is run. */
    private static Path temporaryFolder() throws IOException {
        String user = System.getProperty("user.name");
        Path folder = Path.of(System.getProperty("java.io.tmpdir"), "rapidbyte-" + user);
        Set<PosixFilePermission> ownerOnly = PosixFilePermissions.fromString("rwx------");
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(ownerOnly));
        }
        PosixFileAttributes attributes =
                Files.readAttributes(folder, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isDirectory()
                || !attributes.permissions().equals(ownerOnly)
                || !attributes.owner().getName().equals(user)) {
            throw new IOException(folder + " belongs to somebody else");
        }
        return folder;
    }

    static String unpack(ZipFile zip, Path folder) throws IOException {
        List<String> paths = new ArrayList<>();
        for (String name : NAMES) {
            paths.add(unpack(zip, name, folder).toString());
        }
        return String.join(File.pathSeparator, paths);
    }

    private static Path unpack(ZipFile zip, String name, Path folder) throws IOException {
        ZipEntry entry = zip.getEntry(FOLDER + name + ".jar");
        if (entry == null) {
            throw new IOException(zip.getName() + " holds no " + name + ".jar");
        }
        // the checksum in the name keeps versions apart, the checksum of the content tells a damaged copy
        Path target = folder.resolve(name + String.format(Locale.ROOT, "-%08x.jar", entry.getCrc()));
        if (Files.isRegularFile(target) && checksum(Files.newInputStream(target)) == entry.getCrc()) {
            return target;
        }
        Path partial = Files.createTempFile(folder, name, ".partial");
        try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(partial);
        }
        return target;
    }

    private static long checksum(InputStream content) throws IOException {
        try (CheckedInputStream in = new CheckedInputStream(content, new CRC32())) {
            in.transferTo(OutputStream.nullOutputStream());
            return in.getChecksum().getValue();
        }
    }
}
