import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Copies one table between two real PostgreSQL servers in several ways, alternating, and prints wall, CPU and peak memory
 * of each with its ratio to the binary COPY pipe of the same round. A single-file program: {@code bench/run} starts it.
 *
 * <p>Both servers are fresh, with ordinary logged tables and the default {@code synchronous_commit}; the target table has its
 * primary key from the start and is empty at the start of each copy; every copy is compared with its source, row by row.
 */
final class Bench {
    private static final Path JAR = Path.of("target", "rapidbyte.jar");
    private static final String FINGERPRINT =
            "select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from bench_users t";

    private static long rows = 1_000_000;
    private static int rounds = 5;
    private static int warmUps = 3;
    private static Path work;
    private static Path bin;
    private static final Map<String, List<Sample>> samples = new LinkedHashMap<>();

    /** Wall and CPU in seconds, memory in MiB: the peak of the tool's largest process. */
    record Sample(double wall, double cpu, double rss) {}

    public static void main(String[] args) throws Exception {
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--rows" -> rows = Long.parseLong(args[++i]);
                case "--rounds" -> rounds = Integer.parseInt(args[++i]);
                case "--warm-ups" -> warmUps = Integer.parseInt(args[++i]);
                default -> {
                    System.err.println("""
                            bench/run [--rows N] [--rounds N] [--warm-ups N]
                              --rows N      rows of bench_users to copy (1000000)
                              --rounds N    rounds that count; each runs every way once (5)
                              --warm-ups N  copies in the warm engine that do not count (3)
                            JSON lines go to stdout, the table to stderr.""");
                    System.exit(args[i].equals("--help") ? 0 : 2);
                }
            }
        }
        if (!Files.exists(JAR)) {
            System.err.println("no " + JAR + ": run mvn -DskipTests package first, and start bench/run from the project's folder");
            System.exit(2);
        }
        Path cache = Path.of("target", "image", "lib", "rapidbyte.aot");
        boolean imageFits = Files.exists(cache) && Files.getLastModifiedTime(cache).compareTo(Files.getLastModifiedTime(JAR)) > 0;
        if (!imageFits) {
            note("NO IMAGE of this build, so it is not measured: mvn -Pdist -DskipTests package makes one");
        }
        work = Files.createTempDirectory("rapidbyte-bench");
        bin = findPostgres();
        Runtime.getRuntime().addShutdownHook(new Thread(Bench::stopServers));
        startServer("source", 54391);
        startServer("target", 54392);
        fill();
        Path pipeline = writePipeline();
        try (Warm warm = new Warm(pipeline)) {
            for (int i = 0; i < warmUps; i++) {
                recreateTarget();
                note("warm-up %d: %.2f s".formatted(i + 1, warm.copy().wall));
            }
            for (int round = 1; round <= rounds; round++) {
                note("round " + round + " of " + rounds);
                measure("psql binary", () -> timed(pipe("binary")));
                measure("rapidbyte warm", warm::copy);
                measure("psql text", () -> timed(pipe("text")));
                measure("rapidbyte cold", () -> timed("RAPIDBYTE_NO_IMAGE=1 ./rapidbyte -q run " + pipeline));
                if (imageFits) {
                    measure("cold, image", () -> timed("./rapidbyte -q run " + pipeline));
                }
                measureVerify(warm);
            }
        }
        render();
    }

    /** Of the copy that is there: equal, then with one wrong value, then that one repaired; for scale, a hash of each whole table by psql. */
    private static void measureVerify(Warm warm) throws Exception {
        record("psql hash, both", timed(hash(54391) + " & " + hash(54392) + "; wait"));
        record("verify equal", warm.ask("EQUAL"));
        sql(54392, "update bench_users set name = 'wrong' where id = %d".formatted(rows / 2 + 7));
        record("verify one wrong", warm.ask("DIFFERENT"));
        record("repair one wrong", warm.ask("REPAIRED"));
        if (!sql(54391, FINGERPRINT).equals(sql(54392, FINGERPRINT))) {
            throw new IllegalStateException("the repair did not repair");
        }
    }

    private static String hash(int port) {
        return "%s/psql -qXAt -p %d -h 127.0.0.1 -U postgres bench -c \"%s\" > /dev/null".formatted(bin, port, FINGERPRINT);
    }

    interface Way {
        Sample run() throws Exception;
    }

    private static void measure(String name, Way way) throws Exception {
        recreateTarget();
        Sample sample = way.run();
        String source = sql(54391, FINGERPRINT);
        String target = sql(54392, FINGERPRINT);
        if (!source.equals(target)) {
            throw new IllegalStateException(name + " made a different table: " + source + " became " + target);
        }
        record(name, sample);
    }

    private static void record(String name, Sample sample) {
        samples.computeIfAbsent(name, n -> new ArrayList<>()).add(sample);
        System.out.printf(
                Locale.ROOT,
                "{\"way\":\"%s\",\"rows\":%d,\"wall_s\":%.3f,\"cpu_s\":%.3f,\"peak_rss_mib\":%.0f}%n",
                name,
                rows,
                sample.wall,
                sample.cpu,
                sample.rss);
    }

    private static void render() {
        List<Sample> reference = samples.get("psql binary");
        System.err.printf(
                Locale.ROOT,
                "%n%,d rows of bench_users, %d rounds, medians (min–max); every copy equal to its source%n%n",
                rows,
                rounds);
        System.err.printf("%-18s %-22s %-8s %-12s %s%n", "way", "wall s", "CPU s", "peak RSS MiB", "wall / psql binary");
        samples.forEach((name, list) -> {
            double[] wall = sorted(list.stream().mapToDouble(Sample::wall).toArray());
            double[] ratio = new double[list.size()];
            for (int i = 0; i < ratio.length; i++) {
                ratio[i] = list.get(i).wall / reference.get(i).wall;
            }
            ratio = sorted(ratio);
            System.err.printf(
                    Locale.ROOT,
                    "%-18s %-22s %-8.2f %-12.0f %.2f (%.2f–%.2f)%n",
                    name,
                    "%.2f (%.2f–%.2f)".formatted(median(wall), wall[0], wall[wall.length - 1]),
                    median(sorted(list.stream().mapToDouble(Sample::cpu).toArray())),
                    list.stream().mapToDouble(Sample::rss).max().orElse(0),
                    median(ratio),
                    ratio[0],
                    ratio[ratio.length - 1]);
        });
    }

    private static double[] sorted(double[] values) {
        Arrays.sort(values);
        return values;
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** A running engine that copies on demand; see {@code WarmEngine.java}. */
    static final class Warm implements AutoCloseable {
        private final Process process;
        private final BufferedReader out;
        private final PrintWriter in;

        Warm(Path pipeline) throws IOException {
            String java = ProcessHandle.current().info().command().orElseThrow();
            String graal = Stream.of("compiler", "truffle-compiler", "word", "collections")
                    .map(jar -> "target/graal/" + jar + ".jar")
                    .collect(Collectors.joining(":"));
            ProcessBuilder builder = new ProcessBuilder(
                            java,
                            "@target/classes/io/rapidbyte/launcher/jvm.options",
                            "--upgrade-module-path=" + graal,
                            "-cp",
                            JAR.toString(),
                            "bench/WarmEngine.java",
                            pipeline.toString())
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().put("RAPIDBYTE_STATE", work.resolve("state.db").toString());
            process = builder.start();
            out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
            in = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        }

        Sample copy() throws IOException {
            return ask("copy");
        }

        Sample ask(String what) throws IOException {
            in.println(what);
            String line = out.readLine();
            if (line == null || !line.startsWith("ok ")) {
                throw new IOException("the warm engine answered: " + line);
            }
            String[] fields = line.split(" ");
            return new Sample(Double.parseDouble(fields[1]), Double.parseDouble(fields[2]), Double.parseDouble(fields[3]));
        }

        @Override
        public void close() throws Exception {
            in.close();
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }

    private static String pipe(String format) {
        return "%1$s/psql -qX -p 54391 -h 127.0.0.1 -U postgres bench -c \"copy bench_users to stdout (format %2$s)\" | %1$s/psql -qX -p 54392 -h 127.0.0.1 -U postgres bench -c \"copy bench_users from stdin (format %2$s)\""
                .formatted(bin, format);
    }

    /** Runs a shell command under GNU time, which accounts for all of its processes. */
    private static Sample timed(String command) throws Exception {
        Path times = work.resolve("times");
        run("/usr/bin/time", "-f", "%e %U %S %M", "-o", times.toString(), "sh", "-c", command);
        String[] fields = Files.readString(times).trim().split("\n")[0].split(" ");
        return new Sample(
                Double.parseDouble(fields[0]),
                Double.parseDouble(fields[1]) + Double.parseDouble(fields[2]),
                Double.parseDouble(fields[3]) / 1024);
    }

    private static void fill() throws Exception {
        note("filling bench_users with " + rows + " rows");
        sql(54391, "create table bench_users " + COLUMNS);
        sql(54391, """
                insert into bench_users
                select i, 'user ' || i, 'user' || i || '@example.com',
                       case when i %% 50 = 0 then null else (i %% 1000000) / 100.0 end, i %% 3 = 0,
                       timestamptz '2024-01-01' + i * interval '1 second', timestamptz '2025-01-01' + i * interval '1 second',
                       jsonb_build_object('n', i, 'tag', 't' || i %% 17)
                from generate_series(1, %d) i""".formatted(rows));
        sql(54391, "vacuum analyze bench_users");
        sql(54391, "checkpoint");
    }

    private static final String COLUMNS =
            "(id bigint primary key, name text, email text, amount numeric(12,2), active bool, created_at timestamptz, updated_at timestamptz, payload jsonb)";

    private static void recreateTarget() throws Exception {
        sql(54392, "drop table if exists bench_users; create table bench_users " + COLUMNS);
        sql(54392, "checkpoint");
    }

    private static Path writePipeline() throws IOException {
        return Files.writeString(work.resolve("bench.yaml"), """
                version: "1.0"
                pipeline: bench
                source:
                  use: source-postgres
                  config: {host: 127.0.0.1, port: 54391, user: postgres, database: bench}
                  streams:
                    - {name: bench_users, sync_mode: full_refresh}
                destination:
                  use: dest-postgres
                  config: {host: 127.0.0.1, port: 54392, user: postgres, database: bench}
                  write_mode: append
                """);
    }

    private static Path findPostgres() throws Exception {
        try (Stream<Path> versions = Files.isDirectory(Path.of("/usr/lib/postgresql"))
                ? Files.list(Path.of("/usr/lib/postgresql"))
                : Stream.empty()) {
            return versions.map(v -> v.resolve("bin"))
                    .filter(b -> Files.isExecutable(b.resolve("initdb")) && Files.isExecutable(b.resolve("psql")))
                    .max((a, b) -> a.compareTo(b))
                    .orElseThrow(() -> new IllegalStateException(
                            "no PostgreSQL server programs under /usr/lib/postgresql: install Debian's postgresql"));
        }
    }

    /** PostgreSQL refuses to run as root; there the servers run as the user postgres. */
    private static String asServerUser(String command) {
        return System.getProperty("user.name").equals("root") ? "su postgres -s /bin/sh -c '" + command + "'" : command;
    }

    private static void startServer(String name, int port) throws Exception {
        note("starting server " + name + " on port " + port);
        run("chmod", "777", work.toString());
        Path data = work.resolve(name);
        run("sh", "-c", asServerUser("%s/initdb -D %s -U postgres -A trust -E UTF8 >/dev/null".formatted(bin, data)));
        run("sh", "-c", asServerUser("%s/pg_ctl -D %s -w -l %s.log -o \"-p %d -c listen_addresses=127.0.0.1 -k %s -c max_wal_size=4GB\" start >/dev/null"
                .formatted(bin, data, data, port, work)));
        sqlIn("postgres", port, "create database bench");
    }

    private static void stopServers() {
        for (String name : List.of("source", "target")) {
            Path data = work.resolve(name);
            try {
                run("sh", "-c", asServerUser("%s/pg_ctl -D %s -m immediate stop >/dev/null 2>&1".formatted(bin, data)));
            } catch (Exception e) {
                note("could not stop " + name + ": " + e.getMessage());
            }
        }
        try {
            run("rm", "-rf", work.toString());
        } catch (Exception e) {
            note("could not remove " + work);
        }
    }

    private static String sql(int port, String text) throws Exception {
        return sqlIn("bench", port, text);
    }

    private static String sqlIn(String database, int port, String text) throws Exception {
        return run(bin + "/psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "" + port, "-U", "postgres", database, "-c", text);
    }

    private static String run(String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("RAPIDBYTE_STATE", work.resolve("state.db").toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", command) + " failed: " + output);
        }
        return output;
    }

    private static void note(String text) {
        System.err.println("bench: " + text);
    }
}
