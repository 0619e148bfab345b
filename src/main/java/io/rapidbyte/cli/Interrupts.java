package io.rapidbyte.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives Ctrl-C and {@code kill} a meaning of our own while something runs: the first asks it to stop, the
 * second stops at once. Uses {@code sun.misc.Signal}, the only way to hear of a second signal, by
 * reflection, since the compiler warns of every other mention.
 */
public final class Interrupts implements AutoCloseable {
    private static final List<String> SIGNALS = List.of("INT", "TERM");

    private record Previous(Object signal, Object handler) {}

    private final Runnable onFirst;
    private final Runnable onSecond;
    private final AtomicInteger seen = new AtomicInteger();
    private final List<Previous> previous = new ArrayList<>();

    private Interrupts(Runnable onFirst, Runnable onSecond) {
        this.onFirst = onFirst;
        this.onSecond = onSecond;
    }

    /** Until closed, the first signal runs {@code onFirst}, each further one {@code onSecond}, on a thread of the JVM's. */
    public static Interrupts during(Runnable onFirst, Runnable onSecond) {
        Interrupts interrupts = new Interrupts(onFirst, onSecond);
        try {
            interrupts.install();
        } catch (ReflectiveOperationException e) {
            // a JDK without it: signals end the process as they always do
            System.getLogger(Interrupts.class.getName())
                    .log(System.Logger.Level.DEBUG, "signals cannot be handled on this JDK", e);
        }
        return interrupts;
    }

    private void install() throws ReflectiveOperationException {
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Class<?> signalType = Class.forName("sun.misc.Signal");
        InvocationHandler onCall = (proxy, method, arguments) -> {
            if (method.getDeclaringClass() == Object.class) {
                return method.invoke(this, arguments);
            }
            signalled();
            return null;
        };
        Object handler = Proxy.newProxyInstance(handlerType.getClassLoader(), new Class<?>[] {handlerType}, onCall);
        for (String name : SIGNALS) {
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            previous.add(new Previous(signal, handle(signal, handler)));
        }
    }

    private static Object handle(Object signal, Object handler) throws ReflectiveOperationException {
        Method handle =
                signal.getClass().getMethod("handle", signal.getClass(), Class.forName("sun.misc.SignalHandler"));
        return handle.invoke(null, signal, handler);
    }

    private void signalled() {
        if (seen.getAndIncrement() == 0) {
            onFirst.run();
        } else {
            onSecond.run();
        }
    }

    @Override
    public void close() {
        for (Previous each : previous) {
            try {
                handle(each.signal(), each.handler());
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("a signal handler could not be put back", e);
            }
        }
    }
}
