package io.rapidbyte.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The files that {@code ${file:path}} refers to: secrets and certificates, as they are mounted into containers. */
final class ReferredFiles {
    /** A chain of certificates takes some thousand bytes, the authorities of the whole web twice this. */
    static final int MAX_BYTES = 128 << 10;

    private final Path folder;

    /** @param folder where relative paths begin */
    ReferredFiles(Path folder) {
        this.folder = folder;
    }

    /** For those of a pipeline file: paths begin where it lies. */
    static ReferredFiles beside(Path pipelineFile) {
        Path parent = pipelineFile.toAbsolutePath().getParent();
        return new ReferredFiles(parent == null ? Path.of("") : parent);
    }

    /**
     * What the file holds, without the newline at its end, which editors add.
     *
     * @throws IOException whose message goes on a sentence that begins with the file, and holds none of its content (I31)
     */
    String content(String name) throws IOException {
        Path file = path(name);
        if (!Files.exists(file)) {
            throw new IOException("does not exist");
        }
        // Reading a pipe or a terminal might never end.
        if (!Files.isRegularFile(file)) {
            throw new IOException("is no ordinary file");
        }
        return withoutNewline(text(bytes(file)));
    }

    private Path path(String name) throws IOException {
        try {
            return folder.resolve(name);
        } catch (InvalidPathException e) {
            throw new IOException("is no path", e);
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new IOException("is larger than " + MAX_BYTES + " bytes");
            }
            return bytes;
        } catch (AccessDeniedException e) {
            throw new IOException("may not be read", e);
        }
    }

    private static String text(byte[] bytes) throws IOException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("is not UTF-8 text", e);
        }
    }

    private static String withoutNewline(String text) {
        if (text.endsWith("\r\n")) {
            return text.substring(0, text.length() - 2);
        }
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
