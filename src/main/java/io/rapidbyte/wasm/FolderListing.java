package io.rapidbyte.wasm;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** What lies in a folder, by the guest's paths. Read whole and closed at once, so that nothing stays open. */
final class FolderListing implements DirectoryStream<Path> {
    /** A guest is told of so many entries and no more. */
    static final int MAX_ENTRIES = 100_000;

    private final List<Path> entries;

    private FolderListing(List<Path> entries) {
        this.entries = entries;
    }

    static FolderListing of(Path host, Path shown, Filter<? super Path> filter) throws IOException {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(host)) {
            for (Path entry : found) {
                Path guestPath = shown.resolve(entry.getFileName().toString());
                if (entries.size() < MAX_ENTRIES && filter.accept(guestPath)) {
                    entries.add(guestPath);
                }
            }
        }
        return new FolderListing(entries);
    }

    @Override
    public Iterator<Path> iterator() {
        return entries.iterator();
    }

    @Override
    public void close() {}
}
