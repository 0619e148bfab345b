package io.rapidbyte.launcher;

import java.lang.reflect.InvocationTargetException;

/**
 * The main class of the jar. The only class compiled for older JDKs, so that a user of one reads a
 * sentence and not an {@code UnsupportedClassVersionError}.
 */
public final class Launcher {
    /** The first Java version that runs the rest of the jar. */
    static final int MINIMUM_JAVA = 25;

    /** The exit code of a command line that cannot work, as {@code FailureKind.USAGE} has it. */
    private static final int EXIT_USAGE = 2;

    private Launcher() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        int java = Runtime.version().feature();
        if (java < MINIMUM_JAVA) {
            System.err.println("rapidbyte needs Java " + MINIMUM_JAVA + ", this is Java " + java + " ("
                    + System.getProperty("java.home") + "). Install a JDK " + MINIMUM_JAVA
                    + " (for example Eclipse Temurin, https://adoptium.net) and start the jar with its bin/java.");
            System.exit(EXIT_USAGE);
        }
        // by name: a compiler for the old version must not look at the new classes
        try {
            Class.forName("io.rapidbyte.launcher.Start")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("could not start", e.getCause());
        }
    }
}
