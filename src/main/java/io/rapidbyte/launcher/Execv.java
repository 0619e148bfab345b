package io.rapidbyte.launcher;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * POSIX {@code execv}: the new JVM takes this one's place, process id, terminal, signals and all. A child
 * process would leave a second JVM in memory and would need every signal and exit code passed on.
 */
final class Execv {
    private Execv() {}

    /** Returns only where it failed, or where the system has no such call. */
    @SuppressWarnings("restricted") // the manifest and jvm.options grant native access
    static void replaceProcess(List<String> command) {
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().find("execv").orElse(null);
        if (address == null) {
            return;
        }
        MethodHandle execv = linker.downcallHandle(
                address, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            // one more than the words: the list ends in NULL, which is how memory is allocated
            MemorySegment argv = arena.allocate(ValueLayout.ADDRESS, command.size() + 1L);
            for (int i = 0; i < command.size(); i++) {
                argv.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(command.get(i)));
            }
            System.out.flush();
            System.err.flush();
            int ignored = (int) execv.invokeExact(argv.getAtIndex(ValueLayout.ADDRESS, 0), argv);
        } catch (Throwable e) {
            throw new IllegalStateException("execv could not be called", e);
        }
    }
}
