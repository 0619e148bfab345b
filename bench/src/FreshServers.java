import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/**
 * Two PostgreSQL servers of their own, made of the machine's programs: ordinary settings but for {@code max_wal_size}, so that a copy
 * seldom meets a checkpoint of the server.
 */
final class FreshServers implements Databases {
    private final Path bin;
    private final Path folder;
    private final List<Path> running = new ArrayList<>();
    private final Thread atExit = new Thread(this::stop);
    private final Database source;
    private final Database target;

    FreshServers() throws IOException, InterruptedException {
        bin = programs();
        folder = Files.createTempDirectory("rapidbyte-bench");
        Runtime.getRuntime().addShutdownHook(atExit);
        Shell.run(List.of("chmod", "777", folder.toString()));
        source = start("source");
        target = start("target");
    }

    private static Path programs() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        try (Stream<Path> folders = Files.isDirectory(versions) ? Files.list(versions) : Stream.empty()) {
            return Collections.max(folders.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .toList());
        } catch (NoSuchElementException e) {
            throw new IOException("no PostgreSQL server programs under " + versions + ": install Debian's postgresql", e);
        }
    }

    private Database start(String name) throws IOException, InterruptedException {
        Path data = folder.resolve(name);
        int port = freePort();
        serverProgram("%s/initdb -D %s -U postgres -A trust -E UTF8 >/dev/null".formatted(bin, data));
        serverProgram("%s/pg_ctl -D %s -w -l %s.log -o \"-p %d -c listen_addresses=127.0.0.1 -k %s -c max_wal_size=4GB\" start >/dev/null"
                .formatted(bin, data, data, port, folder));
        running.add(data);
        return new Database("127.0.0.1", port, "postgres", "", "postgres");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** PostgreSQL refuses to run as root; there the servers run as the user postgres. */
    private static void serverProgram(String command) throws IOException, InterruptedException {
        boolean root = System.getProperty("user.name").equals("root");
        Shell.run(root ? List.of("su", "postgres", "-s", "/bin/sh", "-c", command) : List.of("sh", "-c", command));
    }

    @Override
    public Database source() {
        return source;
    }

    @Override
    public Database target() {
        return target;
    }

    @Override
    public void close() {
        stop();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }

    private void stop() {
        try {
            for (Path data : running) {
                serverProgram("%s/pg_ctl -D %s -m immediate stop >/dev/null 2>&1".formatted(bin, data));
            }
            Shell.run(List.of("rm", "-rf", folder.toString()));
        } catch (IOException | InterruptedException e) {
            Shell.note("could not tidy up " + folder + ": " + e.getMessage());
        }
    }
}
