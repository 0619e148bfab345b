package io.rapidbyte.cli;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import java.util.Optional;

/**
 * How much a terminal shows.
 *
 * @param columns at least 1
 * @param rows at least 1
 */
record WindowSize(int columns, int rows) {
    /** What terminals have had since there were terminals; also of one that does not tell. */
    static final WindowSize USUAL = new WindowSize(80, 24);

    /** The request that {@code ioctl} answers with a {@code struct winsize}. */
    private static final long TIOCGWINSZ =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).contains("mac") ? 0x40087468L : 0x5413L;

    /** Four shorts: rows, columns and two that nobody fills. */
    private static final int WINSIZE_BYTES = 8;

    private static final int STANDARD_ERROR = 2;

    /** Of the terminal at standard error, as it is now. Asking costs a microsecond, so nobody needs to hear of changes. */
    static WindowSize ofStandardError() {
        return Holder.IOCTL.flatMap(WindowSize::ask).orElse(USUAL);
    }

    private static Optional<WindowSize> ask(MethodHandle ioctl) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment size = arena.allocate(WINSIZE_BYTES);
            if ((int) ioctl.invokeExact(STANDARD_ERROR, TIOCGWINSZ, size) != 0) {
                return Optional.empty();
            }
            int rows = Short.toUnsignedInt(size.getAtIndex(ValueLayout.JAVA_SHORT, 0));
            int columns = Short.toUnsignedInt(size.getAtIndex(ValueLayout.JAVA_SHORT, 1));
            return rows > 0 && columns > 0 ? Optional.of(new WindowSize(columns, rows)) : Optional.empty();
        } catch (Throwable e) {
            throw new IllegalStateException("ioctl could not be called", e);
        }
    }

    /** Made when the first terminal is asked, so that runs without one do without. */
    private static final class Holder {
        static final Optional<MethodHandle> IOCTL = ioctl();

        private Holder() {}

        @SuppressWarnings("restricted") // the manifest and jvm.options grant native access
        private static Optional<MethodHandle> ioctl() {
            Linker linker = Linker.nativeLinker();
            return linker.defaultLookup()
                    .find("ioctl")
                    .map(address -> linker.downcallHandle(
                            address,
                            FunctionDescriptor.of(
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_INT,
                                    ValueLayout.JAVA_LONG,
                                    ValueLayout.ADDRESS),
                            Linker.Option.firstVariadicArg(2)));
        }
    }
}
