package io.rapidbyte.server;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.model.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The folder of pipelines: a file {@code NAME.yaml} each. Any thread; blocks on files. What has been read is kept until the file
 * changes.
 */
final class PipelineFolder {
    /** More than one server looks after; the rest of a folder is passed over. */
    static final int MAX_PIPELINES = 1_000;

    private static final String ENDING = ".yaml";

    /** Neither a path nor a hidden file can be said in it. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");

    /** What tells one content of a file from another without reading it. */
    private record Stamp(
            FileTime modified,
            long bytes,
            @org.jspecify.annotations.Nullable Object key) {}

    private record Known(Stamp stamp, PipelineFile file) {}

    private final Path folder;
    private final Map<String, String> environment;

    // guarded by this
    private final Map<String, Known> known = new HashMap<>();

    PipelineFolder(Path folder, Map<String, String> environment) {
        this.folder = folder;
        this.environment = new HashMap<>(environment);
        this.environment.keySet().removeAll(List.of(Tokens.OPERATE_VARIABLE, Tokens.READ_VARIABLE));
    }

    /** By name. */
    synchronized List<PipelineFile> list() throws IOException {
        List<PipelineFile> files = new ArrayList<>();
        List<String> names = names();
        for (String name : names) {
            find(name).ifPresent(files::add);
        }
        known.keySet().retainAll(names);
        return files;
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(file -> file.endsWith(ENDING))
                    .map(file -> file.substring(0, file.length() - ENDING.length()))
                    .filter(name -> NAME.matcher(name).matches())
                    .sorted()
                    .limit(MAX_PIPELINES)
                    .toList();
        }
    }

    synchronized Optional<PipelineFile> find(String name) throws IOException {
        Path path = path(name);
        try {
            Stamp stamp = stamp(path);
            Known before = known.get(name);
            if (before != null && before.stamp().equals(stamp)) {
                return Optional.of(before.file());
            }
            PipelineFile file = parse(name, read(path));
            known.put(name, new Known(stamp, file));
            return Optional.of(file);
        } catch (NoSuchFileException e) {
            known.remove(name);
            return Optional.empty();
        }
    }

    private Path path(String name) {
        if (!NAME.matcher(name).matches()) {
            throw HttpProblem.notFound("no pipeline has such a name");
        }
        return folder.resolve(name + ENDING);
    }

    private static Stamp stamp(Path path) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
        return new Stamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }

    private static byte[] read(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(PipelineLoader.MAX_FILE_BYTES + 1);
        }
    }

    /** The file that {@code text} would be under that name. */
    PipelineFile parse(String name, String text) {
        return parse(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private PipelineFile parse(String name, byte[] bytes) {
        String file = name + ENDING;
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            try {
                Pipeline pipeline = PipelineLoader.parse(text, file, environment);
                return new PipelineFile(name, text, tag(bytes), Optional.of(pipeline), List.of());
            } catch (PipelineException e) {
                return new PipelineFile(name, text, tag(bytes), Optional.empty(), e.problems());
            }
        } catch (CharacterCodingException e) {
            Problem problem = new Problem(file, 0, 0, "", "is not UTF-8 text", Optional.of("save it as UTF-8"));
            return new PipelineFile(name, "", tag(bytes), Optional.empty(), List.of(problem));
        }
    }

    private static String tag(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + HexFormat.of().formatHex(hash, 0, 16) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Stores a file, whole or not at all, even if the machine stops in between.
     *
     * @param expected of what stands there now; otherwise nothing is stored and the problem is thrown
     * @return whether there was none before
     */
    synchronized boolean store(PipelineFile file, Predicate<Optional<PipelineFile>> expected) throws IOException {
        Path path = path(file.name());
        Optional<PipelineFile> before = find(file.name());
        if (!expected.test(before)) {
            throw HttpProblem.changed(
                    before.isPresent()
                            ? "the stored file is another than the request expects: get it again"
                            : "there is no pipeline " + file.name() + " to replace");
        }
        if (before.isEmpty() && names().size() >= MAX_PIPELINES) {
            throw HttpProblem.tooMany("the folder holds " + MAX_PIPELINES + " pipelines, the most there may be");
        }
        replace(path, file.text());
        known.remove(file.name());
        return before.isEmpty();
    }

    private void replace(Path path, String text) throws IOException {
        Path fresh = Files.createTempFile(folder, ".", ".tmp");
        try {
            try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            if (Files.exists(path)) {
                Files.setPosixFilePermissions(fresh, Files.getPosixFilePermissions(path));
            }
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(fresh);
        }
        try (FileChannel directory = FileChannel.open(folder)) {
            // the name is durable too
            directory.force(true);
        }
    }
}
