package io.rapidbyte.wasm;

import java.util.ArrayList;
import java.util.List;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.SourceSection;

/** Tells from what the engine reports why a guest's call ended. */
final class Diagnosis {
    /** Enough to see where a recursion comes from. */
    private static final int FRAMES_MAX = 64;

    /** The specification's own name for this trap; the engine gives it no type. */
    private static final String STACK_EXHAUSTED = "call stack exhausted";

    private final String function;
    private final long memoryBytes;
    private final long memoryBytesMax;
    private final String lastLine;

    Diagnosis(String function, long memoryBytes, long memoryBytesMax, String lastLine) {
        this.function = function;
        this.memoryBytes = memoryBytes;
        this.memoryBytesMax = memoryBytesMax;
        this.lastLine = lastLine;
    }

    GuestException of(PolyglotException e) {
        if (e.isCancelled() || e.isInterrupted()) {
            return new GuestCancelled(function + " was cancelled", e);
        }
        if (e.isExit()) {
            return new GuestTrap(
                    "the guest left %s by exiting with status %d%s".formatted(function, e.getExitStatus(), said()),
                    List.of());
        }
        List<GuestFrame> frames = frames(e);
        if (e.isResourceExhausted() || STACK_EXHAUSTED.equals(e.getMessage())) {
            return stackOverflow(frames);
        }
        if (!e.isGuestException()) {
            throw new IllegalStateException("the engine failed in " + function, e);
        }
        return ranOutOfMemory(frames)
                ? new GuestOutOfMemory(
                        "the guest ran out of memory in %s, with %d of %d bytes in use%s"
                                .formatted(function, memoryBytes, memoryBytesMax, said()),
                        memoryBytesMax)
                : new GuestTrap(
                        "the guest trapped in %s: %s%s%s".formatted(function, e.getMessage(), where(frames), said()),
                        frames);
    }

    GuestStackOverflow stackOverflow(List<GuestFrame> frames) {
        return new GuestStackOverflow(
                "the guest used up its stack of %d bytes in %s%s"
                        .formatted(GuestThread.STACK_BYTES, function, where(frames)),
                frames);
    }

    /**
     * WebAssembly has no "out of memory": a guest that is refused more traps in its own way. It is told
     * by the memory in use, or by the function in which Rust ends when an allocation fails, as one
     * large request can fail while little is in use.
     */
    private boolean ranOutOfMemory(List<GuestFrame> frames) {
        return memoryBytes > memoryBytesMax / 2
                || frames.stream().anyMatch(frame -> frame.function().contains("alloc_error"));
    }

    private static String where(List<GuestFrame> frames) {
        return frames.isEmpty() ? "" : " at " + frames.getFirst();
    }

    /** A panic's message is the last thing a guest writes. */
    private String said() {
        return lastLine.isEmpty() ? "" : "; its last output was: " + lastLine;
    }

    private static List<GuestFrame> frames(PolyglotException e) {
        List<GuestFrame> frames = new ArrayList<>();
        for (PolyglotException.StackFrame frame : e.getPolyglotStackTrace()) {
            if (frame.isGuestFrame() && frames.size() < FRAMES_MAX) {
                frames.add(new GuestFrame(frame.getRootName(), location(frame.getSourceLocation())));
            }
        }
        return frames;
    }

    @SuppressWarnings("NullAway") // the engine gives null where it knows no location
    private static String location(SourceSection section) {
        return section == null || !section.isAvailable() || !section.hasLines() || section.getStartLine() <= 1
                ? ""
                : section.getSource().getName() + ":" + section.getStartLine();
    }
}
