package io.rapidbyte.wasm;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The C library's heap, from which direct memory comes. The one of GNU learns from the first large block
 * that is freed to cut such blocks out of its heaps, one heap to a thread, where what lies above them
 * keeps them from going back to the system: each run left some 40 MB behind.
 */
final class NativeHeap {
    /** {@code M_MMAP_THRESHOLD} of glibc's {@code malloc.h}. */
    private static final int MMAP_THRESHOLD = -3;

    /** 1 MiB: above what the JVM and its compilers ask for again and again, below any guest's memory. */
    private static final int LARGE_BYTES = 1 << 20;

    private NativeHeap() {}

    /** Has blocks of a megabyte and more mapped one by one, so that freeing one gives it back. Where there is no glibc, nothing happens. */
    @SuppressWarnings("restricted") // the manifest and jvm.options grant native access
    static void returnLargeBlocks() {
        Linker linker = Linker.nativeLinker();
        Optional<MemorySegment> mallopt = linker.defaultLookup().find("mallopt");
        if (mallopt.isEmpty()) {
            return;
        }
        MethodHandle call = linker.downcallHandle(
                mallopt.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try {
            int ignored = (int) call.invokeExact(MMAP_THRESHOLD, LARGE_BYTES);
        } catch (Throwable e) {
            throw new IllegalStateException("mallopt could not be called", e);
        }
    }
}
