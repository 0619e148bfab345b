package io.rapidbyte.config;

import io.rapidbyte.config.YamlReader.Document;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Reads pipeline files; {@code conf/REFERENCE.md} and {@code conf/pipeline.schema.json} describe them. */
public final class PipelineLoader {
    /** 1 MiB: a hundred times what a pipeline of a thousand streams takes. */
    public static final int MAX_FILE_BYTES = 1 << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private PipelineLoader() {}

    /**
     * Reads the file at {@code path}.
     *
     * @param environment values for {@code ${VAR}} references; those of {@code ${file:path}} are read beside the file
     * @throws PipelineException with every problem in the order of the file; an unreadable file is one
     */
    public static Pipeline load(Path path, Map<String, String> environment) throws PipelineException {
        String file = path.toString();
        return parse(text(path), file, environment, Optional.of(ReferredFiles.beside(path)));
    }

    /**
     * The same for a text that came by a message or a request; {@code file} names it in problems. Who sends one has no
     * say over this machine's files: it can neither refer to them nor hand folders to connectors.
     */
    public static Pipeline parse(String text, String file, Map<String, String> environment) throws PipelineException {
        return parse(text, file, environment, Optional.empty());
    }

    private static Pipeline parse(
            String text, String file, Map<String, String> environment, Optional<ReferredFiles> files)
            throws PipelineException {
        Problems problems = new Problems(file);
        Document document = document(text, file, problems);
        Reading reading = new Reading(new Variables(environment, files, problems), problems);
        Section root = new Section(reading, KeyPath.ROOT, document.root(), SectionKeys.ROOT);
        Optional<Pipeline> pipeline = PipelineReader.read(root, new Origins(file, document.marks()));
        problems.throwIfAny();
        return pipeline.orElseThrow(() -> new IllegalStateException("neither a pipeline nor a problem in " + file));
    }

    static Document document(String text, String file, Problems problems) throws PipelineException {
        if (text.length() > MAX_FILE_BYTES) {
            throw tooLarge(file);
        }
        String yaml = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        return YamlReader.read(yaml, problems).orElseThrow(problems::exception);
    }

    /** The whole file as text. */
    static String text(Path path) throws PipelineException {
        String file = path.toString();
        return decode(bytes(path, file), file);
    }

    private static byte[] bytes(Path path, String file) throws PipelineException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw tooLarge(file);
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw unreadable(file, "there is no such file", "name the pipeline file to read");
        } catch (AccessDeniedException e) {
            throw unreadable(file, "may not be read", "give yourself the right to read it");
        } catch (IOException e) {
            String why = Files.isDirectory(path) ? "is a directory" : "cannot be read: " + e.getMessage();
            throw unreadable(file, why, "name the pipeline file to read");
        }
    }

    private static String decode(byte[] bytes, String file) throws PipelineException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw unreadable(file, "is not UTF-8 text", "save it as UTF-8");
        }
    }

    private static PipelineException tooLarge(String file) {
        return unreadable(file, "is larger than 1 MiB, the most a pipeline file may have", "split the pipeline");
    }

    private static PipelineException unreadable(String file, String message, String hint) {
        Problems problems = new Problems(file);
        problems.addForFile(message, hint);
        return problems.exception();
    }
}
