package io.rapidbyte.wasm;

/**
 * The thread that an instance lives on. Its stack is deep, because guest code that is not compiled yet
 * takes some four kilobytes of it a frame: a default stack overflows after three hundred.
 */
public final class GuestThread extends Thread {
    /**
     * 16 MiB, reserved but not touched before it is used: some four thousand frames before the guest is
     * compiled. More would not help honest guests and harms the host: a compiled guest that recurses without
     * end fills the stack with tiny frames, and unwinding 64 MiB of them takes over half a minute, in which
     * nothing stops the thread; 16 MiB take a tenth of a second.
     */
    public static final long STACK_BYTES = 16L << 20;

    private GuestThread(String name, Runnable task) {
        super(null, task, name, STACK_BYTES);
        setDaemon(true);
    }

    public static GuestThread start(String name, Runnable task) {
        GuestThread thread = new GuestThread(name, task);
        thread.start();
        return thread;
    }
}
