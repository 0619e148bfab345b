package io.rapidbyte.wasm;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.graalvm.polyglot.io.FileSystem;

/**
 * The files of some folders, and nothing else, as a guest's file system. Paths are the guest's; each is brought
 * to the host's form here, at every use, with all links on its way followed and found to stay inside (I30). A
 * guest can make no links, so that none appears between the look and the use.
 *
 * <p>The guest thread's own, but for {@link #close}.
 */
final class FolderFiles implements FileSystem, AutoCloseable {
    /** The engine asks to read and write whatever the guest asked for; what is written to is told by these. */
    private static final Set<OpenOption> HARMLESS =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    private final List<Folder> folders;
    private final OpenFiles open = new OpenFiles();

    FolderFiles(List<Folder> folders) {
        this.folders = folders;
    }

    /** A path as the host knows it. */
    private record Place(Folder folder, Path host) {
        Place requireWritable() throws AccessDeniedException {
            if (!folder.writable()) {
                throw new AccessDeniedException(folder.guestPath(), null, "is read-only");
            }
            return this;
        }
    }

    @Override
    public Path parsePath(URI uri) {
        throw new UnsupportedOperationException("guests have no URIs");
    }

    @Override
    public Path parsePath(String path) {
        return Path.of(path);
    }

    @Override
    public Path toAbsolutePath(Path path) {
        return Path.of("/").resolve(path);
    }

    /** Keeps the guest's form: the engine compares it with the folder's path, and never uses it elsewhere. */
    @Override
    public Path toRealPath(Path path, LinkOption... options) throws IOException {
        Place place = place(path, true);
        if (!Files.exists(place.host(), LinkOption.NOFOLLOW_LINKS)) {
            throw new NoSuchFileException(path.toString());
        }
        return normal(path);
    }

    @Override
    public void checkAccess(Path path, Set<? extends AccessMode> modes, LinkOption... options) throws IOException {
        Place place = place(path, follows(options));
        if (modes.contains(AccessMode.WRITE)) {
            place.requireWritable();
        }
        place.host().getFileSystem().provider().checkAccess(place.host(), modes.toArray(AccessMode[]::new));
    }

    @Override
    public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
        Files.createDirectory(place(directory, true).requireWritable().host());
    }

    @Override
    public void delete(Path path) throws IOException {
        Place place = place(path, false).requireWritable();
        requireInside(place, path);
        Files.delete(place.host());
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        Place from = place(source, false).requireWritable();
        Place to = place(target, false).requireWritable();
        requireInside(from, source);
        requireInside(to, target);
        Files.move(from.host(), to.host(), options);
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        throw new AccessDeniedException(source.toString(), target.toString(), "guests copy by reading and writing");
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        Place place = place(path, true);
        if (!HARMLESS.containsAll(options)) {
            place.requireWritable();
        }
        if (Files.exists(place.host(), LinkOption.NOFOLLOW_LINKS)
                && !Files.isRegularFile(place.host(), LinkOption.NOFOLLOW_LINKS)) {
            // A pipe would block where nothing can wake the guest; a device is no file of a folder.
            throw new AccessDeniedException(path.toString(), null, "is no ordinary file");
        }
        Set<OpenOption> unlinked = new HashSet<>(options);
        unlinked.add(LinkOption.NOFOLLOW_LINKS);
        boolean writable = place.folder().writable();
        if (!writable) {
            unlinked.remove(StandardOpenOption.WRITE);
        }
        return open.open(() -> Files.newByteChannel(place.host(), unlinked), writable);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        Place place = place(directory, true);
        Path shown = normal(directory);
        return FolderListing.of(place.host(), shown, filter);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return Files.readAttributes(place(path, follows(options)).host(), attributes, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        if (!attribute.endsWith("Time")) {
            throw new AccessDeniedException(path.toString(), null, "guests set nothing of files but their times");
        }
        Files.setAttribute(place(path, true).requireWritable().host(), attribute, value, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public void createLink(Path link, Path existing) throws IOException {
        throw new AccessDeniedException(link.toString(), null, "guests make no links");
    }

    @Override
    public void createSymbolicLink(Path link, Path target, FileAttribute<?>... attributes) throws IOException {
        throw new AccessDeniedException(link.toString(), null, "guests make no links");
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        throw new AccessDeniedException(link.toString(), null, "where links lead is the host's affair");
    }

    @Override
    public void close() {
        open.close();
    }

    private static boolean follows(LinkOption... options) {
        return options.length == 0;
    }

    private Path normal(Path path) {
        return toAbsolutePath(path).normalize();
    }

    /**
     * Where the guest's path leads.
     *
     * @param follow whether a link at its very end is followed as well
     * @throws AccessDeniedException if that is in none of the folders
     */
    private Place place(Path path, boolean follow) throws IOException {
        Path wanted = normal(path);
        for (Folder folder : folders) {
            Path root = Path.of(folder.guestPath());
            if (wanted.startsWith(root)) {
                return new Place(folder, contained(folder, root.relativize(wanted), follow, path));
            }
        }
        throw new AccessDeniedException(path.toString(), null, "is in no folder that the guest sees");
    }

    private static Path contained(Folder folder, Path relative, boolean follow, Path asked) throws IOException {
        Path root = folder.hostPath().toRealPath();
        Path named = root.resolve(relative.toString());
        Path real = named.equals(root) || (follow && Files.exists(named))
                ? named.toRealPath()
                : realParent(named, asked).resolve(named.getFileName());
        if (!real.startsWith(root) || (follow && Files.isSymbolicLink(real))) {
            // A link that leads nowhere is refused as well: opening it to write would make what it names.
            throw new AccessDeniedException(asked.toString(), null, "leads out of " + folder.guestPath());
        }
        return real;
    }

    private static Path realParent(Path named, Path asked) throws IOException {
        Path parent = named.getParent();
        if (parent == null || !Files.exists(parent)) {
            throw new NoSuchFileException(asked.toString());
        }
        return parent.toRealPath();
    }

    private static void requireInside(Place place, Path asked) throws IOException {
        if (place.host().equals(place.folder().hostPath().toRealPath())) {
            throw new FileSystemException(asked.toString(), null, "is the folder itself");
        }
    }
}
