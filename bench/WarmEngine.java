import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.EngineOptions;
import io.rapidbyte.engine.StatePlace;
import io.rapidbyte.engine.StreamVerdict.Status;
import io.rapidbyte.engine.VerifyOptions;
import io.rapidbyte.engine.VerifyOptions.Repair;
import io.rapidbyte.engine.VerifyReport;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunStatus;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One engine that stays up: runs or verifies the pipeline for each line it reads and answers {@code ok WALL_S CPU_S PEAK_RSS_MIB}.
 * Runs as a source file with {@code target/rapidbyte.jar} on the class path.
 */
final class WarmEngine {
    public static void main(String[] args) throws Exception {
        Pipeline pipeline = PipelineLoader.load(Path.of(args[0]), Map.of());
        Vertx vertx = Vertx.vertx();
        Engine engine = Engine.start(vertx, new EngineOptions(List.of(), StatePlace.byDefault(System.getenv()))).await();
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            long wall = System.nanoTime();
            long cpu = system.getProcessCpuTime();
            String outcome = outcome(engine, pipeline, line);
            double wallSeconds = (System.nanoTime() - wall) / 1e9;
            double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
            if (outcome.equals("as expected")) {
                System.out.printf(Locale.ROOT, "ok %.3f %.3f %.0f%n", wallSeconds, cpuSeconds, peakRssMib());
            } else {
                System.out.println("failed " + outcome);
            }
            System.out.flush();
        }
        engine.close().await();
        vertx.close().await();
    }

    /** {@code copy} runs the pipeline; {@code EQUAL}, {@code DIFFERENT} and {@code REPAIRED} verify it to that verdict. */
    private static String outcome(Engine engine, Pipeline pipeline, String line) throws Exception {
        if (line.equals("copy")) {
            RunReport report = engine.run(pipeline, event -> {}).report().await();
            return report.status() == RunStatus.SUCCEEDED ? "as expected" : report.failure().toString();
        }
        Status expected = Status.valueOf(line);
        Repair repair = expected == Status.REPAIRED ? Repair.WRITE : Repair.NONE;
        VerifyReport report =
                engine.verify(pipeline, new VerifyOptions(List.of(), false, repair)).await();
        boolean fits = report.streams().stream().allMatch(stream -> stream.status() == expected);
        return fits ? "as expected" : report.toString();
    }

    private static double peakRssMib() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        return -1;
    }
}
