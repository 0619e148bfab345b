package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Jvm;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.spi.ToolProvider;

/**
 * A JVM that starts in half the time, for tests that start a thousand: its classes come out of a cache that a run has filled, and
 * guests are interpreted. A cache wants its classes in jars. One for all tests of this JVM.
 */
final class QuickStart {
    private static final class Shared {
        static final QuickStart INSTANCE = new QuickStart();
    }

    private final Path folder;
    private final List<String> classPath = new ArrayList<>();
    private final Path cache;

    private QuickStart() {
        try {
            folder = Files.createTempDirectory("rapidbyte-quick");
            Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
            for (Path entry : Jvm.classPath()) {
                classPath.add((Files.isDirectory(entry) ? packed(entry) : entry).toString());
            }
            cache = folder.resolve("classes.aot");
            new Scene(folder.resolve("training"), Mode.REPLACE, Variant.PLAIN)
                    .on(new Jvm(flags("-XX:AOTCacheOutput=" + cache)))
                    .run(Optional.empty())
                    .succeeded();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    static Jvm jvm() {
        QuickStart shared = Shared.INSTANCE;
        return new Jvm(shared.flags("-XX:AOTCache=" + shared.cache));
    }

    private List<String> flags(String cacheFlag) {
        return List.of(
                // The cache and Graal's compiler exclude each other on a stock JDK.
                "-XX:-EnableJVMCI",
                "-Dpolyglot.engine.WarnInterpreterOnly=false",
                cacheFlag,
                // Its words would stand among the program's.
                "-Xlog:disable",
                "-cp",
                String.join(File.pathSeparator, classPath));
    }

    private Path packed(Path classes) {
        Path jar = folder.resolve("classes-" + classPath.size() + ".jar");
        PrintWriter words = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        int refused = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(words, words, "--create", "--file", jar.toString(), "-C", classes.toString(), ".");
        if (refused != 0) {
            throw new IllegalStateException("could not pack " + classes);
        }
        return jar;
    }

    private void delete() {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException failed) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException leftBehind) {
            // A temporary folder: the system's own cleaning gets it.
        }
    }
}
