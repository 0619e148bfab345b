package io.rapidbyte.cli.demo;

import io.rapidbyte.cli.EngineSession;
import io.rapidbyte.cli.Interrupts;
import io.rapidbyte.cli.Json;
import io.rapidbyte.cli.PipelineRun;
import io.rapidbyte.cli.Root;
import io.rapidbyte.cli.Terminal;
import io.rapidbyte.cli.Text;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.model.RunReport;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** The demo's acts, one after another. Main thread. */
final class Demo {
    static final Path PIPELINE_FILE = Path.of("rapidbyte-demo", "pipeline.yaml");

    /** As the file has it. */
    private static final String STATE_FILE = "state.db";

    private final Root root;
    private final Terminal terminal;
    private final boolean keep;
    private final long startedNanos = System.nanoTime();

    Demo(Root root, boolean keep) {
        this.root = root;
        this.terminal = root.terminal();
        this.keep = keep;
    }

    /** The exit code. */
    int play() throws PipelineException, IOException, SQLException {
        step("starting two PostgreSQL servers");
        try (Servers servers = Servers.start()) {
            step("shop: port " + servers.shopPort() + ", warehouse: port " + servers.warehousePort());
            long rows = Shop.fill(servers.shop());
            step("filled the shop with " + Text.plural(rows, "row"));
            forgetState();
            Pipeline pipeline = pipeline(servers);
            int exitCode = runAndCompare(pipeline, servers);
            if (keep) {
                waitForUser(servers);
            }
            return exitCode;
        }
    }

    private int runAndCompare(Pipeline pipeline, Servers servers) throws PipelineException, SQLException {
        step("running the pipeline");
        RunReport report;
        try (EngineSession session = EngineSession.open(root)) {
            report = PipelineRun.execute(session, pipeline, root, event -> {});
        }
        int exitCode = PipelineRun.exitCode(report);
        Parity parity = exitCode == 0 ? compare(servers) : new Parity(List.of());
        if (!parity.holds()) {
            exitCode = DemoCommand.EXIT_DIFFERENT;
        }
        if (root.json()) {
            terminal.json(Json.demo(report, parity.json(), exitCode));
        }
        return exitCode;
    }

    private Parity compare(Servers servers) throws SQLException {
        step("comparing both sides, every row of every table");
        Parity parity = Parity.compare(servers.shop(), servers.warehouse(), Shop.TABLES);
        parity.table().forEach(terminal::note);
        step(
                parity.holds()
                        ? terminal.style(Terminal.Style.GREEN, "PASS")
                                + ": the warehouse holds exactly what the shop holds"
                        : terminal.style(Terminal.Style.RED, "FAIL") + ": the two sides differ");
        return parity;
    }

    /** What was delivered to servers that are gone means nothing to these. */
    private static void forgetState() throws IOException {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(PIPELINE_FILE.resolveSibling(STATE_FILE + suffix));
        }
    }

    /** The user's pipeline file where there is one already, with this go's ports. */
    private Pipeline pipeline(Servers servers) throws PipelineException, IOException {
        if (Files.exists(PIPELINE_FILE)) {
            step("using " + PIPELINE_FILE + " as you left it; delete it to get a fresh one");
        } else {
            Files.createDirectories(PIPELINE_FILE.getParent());
            Files.writeString(PIPELINE_FILE, template());
            step("wrote " + PIPELINE_FILE + ":");
        }
        Files.readString(PIPELINE_FILE).lines().forEach(line -> terminal.note("    " + Text.printable(line)));
        Map<String, String> environment = new HashMap<>(root.environment());
        environment.put("SHOP_PORT", Integer.toString(servers.shopPort()));
        environment.put("WAREHOUSE_PORT", Integer.toString(servers.warehousePort()));
        return PipelineLoader.load(PIPELINE_FILE, environment);
    }

    private static String template() {
        try (InputStream in = Demo.class.getResourceAsStream("pipeline.yaml")) {
            if (in == null) {
                throw new IllegalStateException("pipeline.yaml is missing from the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void waitForUser(Servers servers) {
        terminal.say("The servers stay. Look into them:");
        terminal.say("    psql -h localhost -p " + servers.shopPort() + " -U postgres " + Servers.SHOP);
        terminal.say("    psql -h localhost -p " + servers.warehousePort() + " -U postgres " + Servers.WAREHOUSE);
        terminal.say("Run the pipeline again, edited as you like:");
        terminal.say("    " + servers.environmentForUsers() + "./rapidbyte run " + PIPELINE_FILE);
        terminal.say("Enter or Ctrl-C stops them.");
        CountDownLatch done = new CountDownLatch(1);
        Thread.ofPlatform().daemon().name("demo-enter").start(() -> awaitEnter(done));
        try (Interrupts _ = Interrupts.during(done::countDown, done::countDown)) {
            done.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Without a keyboard only a signal ends the wait. */
    private static void awaitEnter(CountDownLatch done) {
        try {
            if (System.in.read() >= 0) {
                done.countDown();
            }
        } catch (IOException e) {
            System.getLogger(Demo.class.getName()).log(System.Logger.Level.DEBUG, "no keyboard", e);
        }
    }

    private void step(String what) {
        Duration since = Duration.ofNanos(System.nanoTime() - startedNanos);
        String clock = String.format(Locale.ROOT, "[%5.1f s] ", since.toMillis() / 1e3);
        terminal.note(terminal.style(Terminal.Style.DIM, clock) + what);
    }
}
