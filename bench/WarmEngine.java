import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineLoader;
import io.rapidbyte.engine.Engine;
import io.rapidbyte.engine.EngineOptions;
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
 * One engine that stays up: runs the pipeline once for each line it reads and answers {@code ok WALL_S CPU_S PEAK_RSS_MIB}.
 * Runs as a source file with {@code target/rapidbyte.jar} on the class path.
 */
final class WarmEngine {
    public static void main(String[] args) throws Exception {
        Pipeline pipeline = PipelineLoader.load(Path.of(args[0]), Map.of());
        Vertx vertx = Vertx.vertx();
        Engine engine = Engine.start(vertx, new EngineOptions(List.of())).await();
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            long wall = System.nanoTime();
            long cpu = system.getProcessCpuTime();
            RunReport report = engine.run(pipeline, event -> {}).report().await();
            double wallSeconds = (System.nanoTime() - wall) / 1e9;
            double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
            if (report.status() == RunStatus.SUCCEEDED) {
                System.out.printf(Locale.ROOT, "ok %.3f %.3f %.0f%n", wallSeconds, cpuSeconds, peakRssMib());
            } else {
                System.out.println("failed " + report.failure());
            }
            System.out.flush();
        }
        engine.close().await();
        vertx.close().await();
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
