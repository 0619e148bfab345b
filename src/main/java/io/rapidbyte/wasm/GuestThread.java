package io.rapidbyte.wasm;

/**
 * The thread that an instance lives on. Its stack is deep, because guest code that is not compiled yet
 * takes some four kilobytes of it a frame: a default stack overflows after three hundred.
 */
public final class GuestThread extends Thread {
    /**
     * 8 MiB, reserved but not touched before it is used: some two thousand frames before the guest is
     * compiled. More would not help honest guests and harms the host: a compiled guest that recurses without
     * end fills the stack with tiny frames, and nothing stops the thread while they are unwound. That takes
     * some seconds at worst for 8 MiB, and more than half a minute for twice as much.
     */
    public static final long STACK_BYTES = 8L << 20;

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
