package io.rapidbyte.crash;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Signals of POSIX, sent by the operating system's own call: {@link ProcessHandle} does not kill its own process. */
enum Signal {
    /** Nothing of the process runs on. */
    KILL(9, 9),
    /** The process stands still until {@link #CONTINUE}, and does not notice. */
    STOP(19, 17),
    CONTINUE(18, 19);

    private static final MethodHandle KILL_CALL = call("kill", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
    private static final MethodHandle RAISE_CALL = call("raise", ValueLayout.JAVA_INT);

    private final int number;

    Signal(int onLinux, int onMac) {
        this.number = System.getProperty("os.name").startsWith("Mac") ? onMac : onLinux;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call(String function, MemoryLayout... arguments) {
        return Linker.nativeLinker()
                .downcallHandle(
                        Linker.nativeLinker().defaultLookup().findOrThrow(function),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, arguments));
    }

    void send(long pid) {
        check(() -> (int) KILL_CALL.invokeExact((int) pid, number), "process " + pid);
    }

    /** Sends it to this very process. The calling thread does nothing more before it takes effect. */
    void raise() {
        check(() -> (int) RAISE_CALL.invokeExact(number), "this process");
    }

    private interface Call {
        int make() throws Throwable;
    }

    private void check(Call call, String whom) {
        int refused;
        try {
            refused = call.make();
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
        if (refused != 0) {
            throw new IllegalStateException(this + " did not reach " + whom);
        }
    }
}
