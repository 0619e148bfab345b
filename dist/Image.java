import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.jar.JarFile;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Makes {@code target/image}: Rapidbyte with a Java runtime of its own and an ahead-of-time cache, which a real pipeline between two real
 * PostgreSQL servers has filled. A single-file program for the project's folder after {@code mvn package}; the {@code rapidbyte} script starts it, for itself at the first
 * use and for {@code mvn -Pdist package}, which asks for a tarball as well ({@code --tar}).
 */
final class Image {
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path IMAGE = TARGET.resolve("image");
    private static final Path LIB = IMAGE.resolve("lib");

    /** Written last: an image without it is not finished, or has no use for a cache. */
    private static final Path CACHE = LIB.resolve("rapidbyte.aot");

    private static final List<String> GRAAL = List.of("compiler", "truffle-compiler", "word", "collections");

    /**
     * What the program and its compiler are built on. Without the JDK's own {@code jdk.graal.compiler}, an empty place for the real one: with
     * it, ours would have to be on the upgrade module path, which rules the cache out.
     */
    private static final String MODULES = String.join(
            ",",
            "java.logging",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.security.jgss",
            "java.security.sasl",
            "java.sql",
            "java.xml",
            "jdk.charsets",
            "jdk.crypto.ec",
            "jdk.internal.vm.ci",
            // jcmd and flight recordings, to find out what a process is doing
            "jdk.jcmd",
            "jdk.jfr",
            "jdk.management",
            "jdk.naming.dns",
            "jdk.net",
            // the demo asks it whether it runs as root, which PostgreSQL does not
            "jdk.security.auth",
            "jdk.unsupported",
            "jdk.zipfs");

    /** Enough for the hot loops of both connectors to be compiled, so that the compiler's classes are in the cache. */
    private static final int ROWS = 100_000;

    private static final String COLUMNS =
            "(id bigint primary key, name text, amount numeric(12,2), active bool, created_at timestamptz, payload jsonb)";

    public static void main(String[] args) throws Exception {
        Logger.getLogger("").setLevel(Level.WARNING);
        boolean tar = Arrays.asList(args).contains("--tar");
        long begun = System.nanoTime();
        CompletableFuture<EmbeddedPostgres> source = CompletableFuture.supplyAsync(Image::startServer);
        CompletableFuture<EmbeddedPostgres> destination = CompletableFuture.supplyAsync(Image::startServer);
        try {
            delete(IMAGE);
            Files.createDirectories(LIB.resolve("graal"));
            Files.createDirectories(IMAGE.resolve("bin"));
            link();
            copyFiles();
            train(source.join(), destination.join());
        } finally {
            close(source);
            close(destination);
        }
        System.out.printf(Locale.ROOT, "made %s in %.1f s%n", IMAGE, (System.nanoTime() - begun) / 1e9);
        if (tar) {
            pack();
        }
    }

    private static void link() throws Exception {
        Path jlink = Path.of(System.getProperty("java.home"), "bin", "jlink");
        run(
                Map.of(),
                jlink.toString(),
                "--add-modules",
                MODULES,
                "--strip-debug",
                "--no-header-files",
                "--no-man-pages",
                // for runs whose options the cache does not fit
                "--generate-cds-archive",
                "--output",
                IMAGE.resolve("runtime").toString());
    }

    /** The cache knows its jars by size and time. */
    private static void copyFiles() throws IOException {
        copy(TARGET.resolve("rapidbyte.jar"), LIB.resolve("rapidbyte.jar"));
        for (String name : GRAAL) {
            copy(TARGET.resolve("graal/" + name + ".jar"), LIB.resolve("graal/" + name + ".jar"));
        }
        copy(TARGET.resolve("classes/io/rapidbyte/launcher/jvm.options"), LIB.resolve("jvm.options"));
        copy(Path.of("dist", "rapidbyte"), IMAGE.resolve("bin/rapidbyte"));
        copy(Path.of("LICENSE"), IMAGE.resolve("LICENSE"));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    }

    private static void train(EmbeddedPostgres source, EmbeddedPostgres destination) throws Exception {
        try (Connection connection = DriverManager.getConnection(source.getJdbcUrl("postgres", "postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("create table training " + COLUMNS);
            statement.execute("""
                    insert into training
                    select i, 'user ' || i, case when i %% 50 = 0 then null else i / 100.0 end, i %% 3 = 0,
                           timestamptz '2024-01-01' + i * interval '1 second', jsonb_build_object('n', i)
                    from generate_series(1, %d) i""".formatted(ROWS));
        }
        Path pipeline = Files.writeString(TARGET.resolve("training.yaml"), """
                version: "1.0"
                pipeline: training
                source:
                  use: source-postgres
                  config: {host: 127.0.0.1, port: %d, user: postgres, database: postgres}
                  streams:
                    - {name: training, sync_mode: full_refresh}
                destination:
                  use: dest-postgres
                  config: {host: 127.0.0.1, port: %d, user: postgres, database: postgres}
                  write_mode: append
                """.formatted(source.getPort(), destination.getPort()));
        // In two steps, both through the script: what -XX:AOTCacheOutput starts by itself does not inherit the folder that the script opens.
        // Relative paths, since options are words, and the folder's name may hold a space.
        String classes = "image.aotconf";
        launch("-XX:AOTMode=record -XX:AOTConfiguration=" + classes, pipeline);
        launch("-XX:AOTMode=create -XX:AOTConfiguration=" + classes + " -XX:AOTCache=" + TARGET.relativize(CACHE), pipeline);
        Files.delete(TARGET.resolve(classes));
        Files.delete(pipeline);
        if (!Files.exists(CACHE)) {
            throw new IOException("the training run left no " + CACHE);
        }
    }

    private static void launch(String options, Path pipeline) throws Exception {
        // Profiles are for the JVM's second compiler, which jvm.options does without; reading them costs a start 0.1 s.
        String javaOptions = "-XX:+UnlockDiagnosticVMOptions -XX:-AOTRecordTraining " + options;
        String script = IMAGE.resolve("bin/rapidbyte").toString();
        run(Map.of("RAPIDBYTE_JAVA_OPTS", javaOptions), script, "run", pipeline.toString());
    }

    /** A tarball beside the image, and its checksum in the form that {@code sha256sum -c} reads. */
    private static void pack() throws Exception {
        String version;
        try (JarFile jar = new JarFile(LIB.resolve("rapidbyte.jar").toFile())) {
            version = jar.getManifest().getMainAttributes().getValue("Implementation-Version");
        }
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(" ", "");
        String name = "rapidbyte-%s-%s-%s".formatted(version, system, System.getProperty("os.arch"));
        Path tarball = TARGET.resolve(name + ".tar.gz");
        Path named = TARGET.resolve(name);
        Files.deleteIfExists(named);
        Files.createSymbolicLink(named, IMAGE.getFileName());
        // h: follows the link, which gives the folder its name in the tarball
        run(Map.of(), "tar", "-C", TARGET.toString(), "-czhf", tarball.toString(), name);
        Files.delete(named);
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        try (InputStream in = new DigestInputStream(Files.newInputStream(tarball), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        Files.writeString(
                TARGET.resolve(name + ".tar.gz.sha256"),
                HexFormat.of().formatHex(digest.digest()) + "  " + tarball.getFileName() + "\n");
        System.out.printf(Locale.ROOT, "packed %s, %d MB%n", tarball, Files.size(tarball) / 1_000_000);
    }

    private static EmbeddedPostgres startServer() {
        try {
            return EmbeddedPostgres.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void close(CompletableFuture<EmbeddedPostgres> server) throws IOException {
        // a server that is still starting would stay behind
        if (server.handle((started, failure) -> failure == null).join()) {
            server.join().close();
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failure) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** In the build's folder; what the command says is shown only if it fails. */
    private static void run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).directory(TARGET.toFile()).redirectErrorStream(true);
        // neither a user's options nor an agent of theirs belong into the cache
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("RAPIDBYTE_") || name.equals("JAVA_TOOL_OPTIONS") || name.equals("JDK_JAVA_OPTIONS"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int exitCode = process.waitFor();
        if (exitCode != 0) {
            throw new IOException("exit code %d of %s:%n%s".formatted(exitCode, String.join(" ", command), output));
        }
    }
}
