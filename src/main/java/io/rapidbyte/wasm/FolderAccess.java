package io.rapidbyte.wasm;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.graalvm.polyglot.io.IOAccess;

/** What one instance sees of the host's files, in the engine's words. */
record FolderAccess(IOAccess access, String mapped, Optional<FolderFiles> files) implements AutoCloseable {
    static FolderAccess to(List<Folder> folders) {
        if (folders.isEmpty()) {
            return new FolderAccess(IOAccess.NONE, "", Optional.empty());
        }
        FolderFiles files = new FolderFiles(folders);
        // To the engine the guest's path is the host's as well: it never learns where a folder really is.
        String mapped = folders.stream()
                .map(folder -> folder.guestPath() + "::" + folder.guestPath())
                .collect(Collectors.joining(","));
        return new FolderAccess(IOAccess.newBuilder().fileSystem(files).build(), mapped, Optional.of(files));
    }

    /** Closes what the guest left open. */
    @Override
    public void close() {
        files.ifPresent(FolderFiles::close);
    }
}
