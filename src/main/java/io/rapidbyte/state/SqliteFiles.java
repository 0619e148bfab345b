package io.rapidbyte.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;

/**
 * Makes a state file, whole or not at all. It grows under another name and gets its own once its tables are there, so a
 * file of no bytes was truncated by somebody, and is never taken for a fresh start. Blocks.
 */
final class SqliteFiles {
    private SqliteFiles() {}

    /** Afterwards {@code file} exists and holds tables, though perhaps not of the newest form. */
    static void ensure(Path file) throws SQLException {
        if (file.toString().contains("?")) {
            throw new StateException(
                    "state.cannot-open",
                    "the state file " + file + " has a question mark in its path, which the driver cannot open");
        }
        try {
            if (!Files.exists(file)) {
                create(file);
            } else if (Files.isRegularFile(file) && Files.size(file) == 0) {
                throw new StateException(
                        "state.empty",
                        "the state file " + file
                                + " has no bytes: it was truncated, or made by another program; restore"
                                + " it from a backup. If no run ever used it, remove it");
            }
        } catch (IOException e) {
            throw new StateException(
                    "state.cannot-open",
                    "could not make the state file " + file + ": " + reason(e)
                            + "; let this user write to its folder, or name another file",
                    false,
                    e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException f && f.getReason() != null
                ? f.getReason()
                : e.getClass().getSimpleName() + " of " + e.getMessage();
    }

    private static void create(Path file) throws IOException, SQLException {
        Path folder = folderOf(file);
        Files.createDirectories(folder, ownerOnly(folder, "rwx------"));
        Path growing = Files.createTempFile(folder, "." + file.getFileName(), ".new", ownerOnly(folder, "rw-------"));
        try {
            Dialect dialect = new SqliteDialect(growing);
            try (Connection connection = dialect.connect()) {
                new Migrations(dialect).apply(connection);
            }
            publish(growing, file);
        } finally {
            Files.deleteIfExists(growing);
        }
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.getParent(), "the path of a state file is absolute");
    }

    /** A link, unlike a move, never replaces a file that another process made meanwhile; that one is as good. */
    private static void publish(Path growing, Path file) throws IOException {
        try {
            Files.createLink(file, growing);
        } catch (FileAlreadyExistsException e) {
            return;
        } catch (UnsupportedOperationException | FileSystemException noLinks) {
            if (!Files.exists(file)) {
                Files.move(growing, file);
            }
        }
        syncFolder(folderOf(file));
    }

    /** So that the file's name outlives a power cut. Systems that cannot sync a folder need not. */
    private static void syncFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException notHere) {
            // as on Windows
        }
    }

    /** Dead letters are the users' data. */
    private static FileAttribute<?>[] ownerOnly(Path folder, String permissions) {
        return folder.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
