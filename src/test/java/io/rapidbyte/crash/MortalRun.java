package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.launcher.Program;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The program as a process of its own, on the classes of this build and with the JVM flags of its users. */
final class MortalRun {
    /** What the parent of a process killed by SIGKILL is told. */
    static final int KILLED = 128 + 9;

    /** Far beyond what any of the tests' runs takes on a slow machine. */
    private static final int PATIENCE_SECONDS = 180;

    /** A step, and the arrival there, from 1, at which the process gets a signal before it goes on. */
    record Strike(String step, int arrival, Signal signal) {
        static Strike kill(String step, int arrival) {
            return new Strike(step, arrival, Signal.KILL);
        }

        static Strike stop(String step, int arrival) {
            return new Strike(step, arrival, Signal.STOP);
        }

        @Override
        public String toString() {
            return step + "#" + arrival;
        }
    }

    /** How it is started: the flags besides those of {@code jvm.options}, with the class path. */
    record Jvm(List<String> flags) {
        /** With the compiler of the guests, as users have it. */
        static Jvm compiling() {
            String graal = Program.project().resolve("target/graal").toString();
            return new Jvm(List.of(
                    "--upgrade-module-path=" + graal + "/compiler.jar:" + graal + "/truffle-compiler.jar:" + graal
                            + "/word.jar:" + graal + "/collections.jar",
                    "-cp",
                    classPath().stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))));
        }

        /** It runs in a folder of its own, where a relative path would lead elsewhere. */
        static List<Path> classPath() {
            return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(entry -> Path.of(entry).toAbsolutePath())
                    .toList();
        }

        private List<String> command() {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("@" + Program.project().resolve("target/classes/io/rapidbyte/launcher/jvm.options"));
            command.add("-Drapidbyte.launched=true");
            command.addAll(flags);
            return command;
        }
    }

    /**
     * What a finished process left behind.
     *
     * @param hits the durable steps it came by, in order
     */
    record Outcome(int exitCode, String out, String err, List<String> hits) {
        Outcome killed() {
            assertThat(exitCode).as(this::story).isEqualTo(KILLED);
            return this;
        }

        Outcome succeeded() {
            assertThat(exitCode).as(this::story).isZero();
            return this;
        }

        Outcome failed() {
            assertThat(exitCode).as(this::story).isNotZero().isNotEqualTo(KILLED);
            return this;
        }

        /** All it said. */
        String words() {
            return out + err;
        }

        private String story() {
            return "steps " + hits + "\nout: " + out + "\nerr: " + err;
        }
    }

    private final Path folder;
    private final Process process;

    private MortalRun(Path folder, Process process) {
        this.folder = folder;
        this.process = process;
    }

    /**
     * Starts it.
     *
     * @param folder where it runs and leaves its output; made anew
     * @param prefix words before the JVM's, such as those of a program that starts it elsewhere
     */
    static MortalRun start(
            Path folder,
            Jvm jvm,
            Optional<Strike> strike,
            Map<String, String> environment,
            List<String> prefix,
            String... args)
            throws IOException {
        Files.createDirectories(folder);
        List<String> command = new ArrayList<>(prefix);
        command.addAll(jvm.command());
        command.add("-D" + MortalMain.HITS + "=" + folder.resolve("hits"));
        strike.ifPresent(chosen -> {
            command.add("-D" + MortalMain.STEP + "=" + chosen.step());
            command.add("-D" + MortalMain.ARRIVAL + "=" + chosen.arrival());
            command.add("-D" + MortalMain.SIGNAL + "=" + chosen.signal());
        });
        command.add(MortalMain.class.getName());
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile());
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("RAPIDBYTE_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().putAll(environment);
        return new MortalRun(folder, builder.start());
    }

    long pid() {
        return process.pid();
    }

    void send(Signal signal) {
        signal.send(process.pid());
    }

    /** The durable steps it has come by so far. */
    private List<String> hits() throws IOException {
        Path file = folder.resolve("hits");
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Sends SIGKILL, unless it has ended by itself. */
    Outcome kill() throws IOException, InterruptedException {
        process.destroyForcibly();
        return finish();
    }

    /** Waits until it stands still at a strike of {@link Signal#STOP}. */
    MortalRun awaitStop() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (process.isAlive() && System.nanoTime() < end) {
            if (standsStill()) {
                return this;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("did not stop; steps " + hits() + Files.readString(folder.resolve("err")));
    }

    /** As Linux tells it: the state follows the program's name, which is in brackets. */
    private boolean standsStill() throws IOException {
        String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
        return stat.startsWith("T", stat.lastIndexOf(')') + 2);
    }

    /** Waits for its end, however it comes. */
    Outcome finish() throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("no end after " + PATIENCE_SECONDS + " s; steps " + hits() + "; it said: "
                    + Files.readString(folder.resolve("err")));
        }
        return new Outcome(
                process.exitValue(),
                Files.readString(folder.resolve("out")),
                Files.readString(folder.resolve("err")),
                hits());
    }
}
