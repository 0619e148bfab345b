package io.rapidbyte.wasm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The files that one guest has open: not more than so many, and none when it is gone. */
final class OpenFiles implements AutoCloseable {
    /** More than a connector has use for, and nothing against what a process may open. */
    static final int MAX_OPEN = 64;

    private static final AtomicInteger LIVE = new AtomicInteger();

    private final Set<Counted> files = ConcurrentHashMap.newKeySet();

    /** How a file is opened. */
    interface Opening {
        SeekableByteChannel open() throws IOException;
    }

    /** Open in this process, over all guests; for leak checks. */
    static int live() {
        return LIVE.get();
    }

    SeekableByteChannel open(Opening opening, boolean writable) throws IOException {
        if (files.size() >= MAX_OPEN) {
            throw new FileSystemException("", null, "the guest has " + MAX_OPEN + " files open, the most it may");
        }
        Counted file = new Counted(opening.open(), writable);
        files.add(file);
        LIVE.incrementAndGet();
        return file;
    }

    /** The descriptors are gone whatever the kernel says, and nobody reads what was not flushed. */
    @Override
    public void close() {
        for (Counted file : files) {
            try {
                file.close();
            } catch (IOException e) {
                System.getLogger(OpenFiles.class.getName())
                        .log(System.Logger.Level.DEBUG, "closing a file that a guest left open", e);
            }
        }
    }

    private final class Counted implements SeekableByteChannel {
        private final SeekableByteChannel file;
        private final boolean writable;

        Counted(SeekableByteChannel file, boolean writable) {
            this.file = file;
            this.writable = writable;
        }

        private void requireWritable() throws AccessDeniedException {
            if (!writable) {
                throw new AccessDeniedException("", null, "is read-only");
            }
        }

        @Override
        public int read(ByteBuffer target) throws IOException {
            return file.read(target);
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            requireWritable();
            return file.write(source);
        }

        @Override
        public long position() throws IOException {
            return file.position();
        }

        @Override
        public SeekableByteChannel position(long position) throws IOException {
            file.position(position);
            return this;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public SeekableByteChannel truncate(long size) throws IOException {
            requireWritable();
            file.truncate(size);
            return this;
        }

        @Override
        public boolean isOpen() {
            return file.isOpen();
        }

        @Override
        public void close() throws IOException {
            if (files.remove(this)) {
                LIVE.decrementAndGet();
            }
            file.close();
        }
    }
}
