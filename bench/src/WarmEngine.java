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
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A process with an engine that stays up. For each line {@code WORD PIPELINE_FILE} it runs that pipeline, or verifies it to that verdict, and answers
 * {@code ok} and a {@link Sample}.
 */
final class WarmEngine {
    public static void main(String[] args) throws Exception {
        Vertx vertx = Vertx.vertx();
        Engine engine = Engine.start(vertx, new EngineOptions(List.of(), StatePlace.byDefault(System.getenv())))
                .await();
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] request = line.split(" ", 2);
            Pipeline pipeline = PipelineLoader.load(Path.of(request[1]), Map.of());
            long wall = System.nanoTime();
            long cpu = system.getProcessCpuTime();
            String outcome = request[0].equals("run") ? run(engine, pipeline) : verify(engine, pipeline, request[0]);
            double wallSeconds = (System.nanoTime() - wall) / 1e9;
            double cpuSeconds = (system.getProcessCpuTime() - cpu) / 1e9;
            System.out.println(
                    outcome.isEmpty()
                            ? String.format(Locale.ROOT, "ok %.4f %.3f %.0f", wallSeconds, cpuSeconds, peakRssMib())
                            : "failed: " + outcome);
        }
        engine.close().await();
        vertx.close().await();
    }

    /** What went wrong; nothing if it did not. */
    private static String run(Engine engine, Pipeline pipeline) throws IOException {
        RunReport report = engine.run(pipeline, event -> {}).report().await();
        tellStages(report);
        return report.status() == RunStatus.SUCCEEDED ? "" : report.toString();
    }

    private static void tellStages(RunReport report) throws IOException {
        List<String> lines = report.streams().getFirst().timings().entrySet().stream()
                .map(stage -> stage.getKey() + " " + stage.getValue().toNanos() / 1e9)
                .toList();
        Files.write(Path.of(System.getenv("STAGES")), lines);
    }

    private static String verify(Engine engine, Pipeline pipeline, String verdict) {
        Status expected = Status.valueOf(verdict);
        Repair repair = expected == Status.REPAIRED ? Repair.WRITE : Repair.NONE;
        VerifyReport report = engine.verify(pipeline, new VerifyOptions(List.of(), false, repair))
                .await();
        boolean fits = report.streams().stream().allMatch(stream -> stream.status() == expected);
        return fits ? "" : report.toString();
    }

    private static double peakRssMib() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        throw new IOException("/proc/self/status has no VmHWM");
    }
}
