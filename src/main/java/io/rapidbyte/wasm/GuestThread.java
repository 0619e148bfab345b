package io.rapidbyte.wasm;

/**
 * The thread that an instance lives on. Its stack is deep, because guest code that is not compiled yet
 * takes some four kilobytes of it a frame: a default stack overflows after three hundred.
 */
public final class GuestThread extends Thread {
    /** 64 MiB, reserved but not touched before it is used. */
    public static final long STACK_BYTES = 64L << 20;

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
