package io.rapidbyte.launcher;

import io.rapidbyte.Main;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Decides which JVM runs {@link Main}: this one, or one with the compiler and our flags in its place. */
public final class Start {
    /** Set on the JVM that the launcher or the {@code rapidbyte} script arranged: it is never replaced again. */
    public static final String LAUNCHED = "rapidbyte.launched";

    /** Holds, where guests have to run in the interpreter, the reason why; faces tell the user. */
    public static final String INTERPRETER_REASON = "rapidbyte.interpreter";

    private Start() {}

    public static void main(String[] args) {
        if (Boolean.getBoolean(LAUNCHED) || compilerIsHere()) {
            Main.main(args);
            return;
        }
        String reason = replaceJvm(args);
        System.setProperty(INTERPRETER_REASON, reason);
        Main.main(args);
    }

    /** True on a GraalVM JDK, and on any other that was started with the compiler on its module path. */
    private static boolean compilerIsHere() {
        ModuleLayer boot = ModuleLayer.boot();
        return boot.findModule("jdk.graal.compiler").isPresent()
                && boot.findModule("jdk.internal.vm.ci").isPresent();
    }

    /** Returns only if it cannot be done, with the reason. */
    private static String replaceJvm(String[] args) {
        if ("1".equals(System.getenv("RAPIDBYTE_NO_REEXEC"))) {
            return "RAPIDBYTE_NO_REEXEC=1 is set";
        }
        try {
            Path jar = ownJar();
            if (!Files.isRegularFile(jar)) {
                return "it was not started from its jar";
            }
            String compilerPath = CompilerJars.unpack(jar);
            Execv.replaceProcess(commandLine(jar, compilerPath, args));
            return "the JVM could not be started again";
        } catch (IOException | UncheckedIOException e) {
            return "the compiler could not be unpacked: " + e.getMessage();
        }
    }

    private static List<String> commandLine(Path jar, String compilerPath, String[] args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(defaultOptions());
        command.add("--upgrade-module-path=" + compilerPath);
        command.addAll(ownOptions());
        command.addAll(words(System.getenv("RAPIDBYTE_JAVA_OPTS")));
        command.add("-D" + LAUNCHED + "=true");
        command.addAll(List.of("-cp", jar.toString(), Main.class.getName()));
        command.addAll(Arrays.asList(args));
        return command;
    }

    private static Path ownJar() {
        try {
            return Path.of(Start.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("the class path holds a malformed address", e);
        }
    }

    /** The flags of {@code jvm.options}, one a line; the {@code rapidbyte} script passes the same file to java. */
    static List<String> defaultOptions() throws IOException {
        try (InputStream in = Start.class.getResourceAsStream("jvm.options")) {
            if (in == null) {
                throw new IOException("jvm.options is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .toList();
        }
    }

    /** What the user put between {@code java} and {@code -jar}; nothing where the system does not tell. */
    private static List<String> ownOptions() {
        List<String> all =
                ProcessHandle.current().info().arguments().map(Arrays::asList).orElse(List.of());
        int jarAt = all.indexOf("-jar");
        return jarAt < 0 ? List.of() : all.subList(0, jarAt);
    }

    private static List<String> words(@Nullable String text) {
        return text == null || text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
    }
}
