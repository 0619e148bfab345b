package io.rapidbyte.wasm;

import io.rapidbyte.wasm.GuestOvertime.Overtime;
import io.rapidbyte.wasm.abi.AbiException;
import io.rapidbyte.wasm.abi.HostValueException;
import io.rapidbyte.wasm.abi.Transfer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.graalvm.polyglot.Context;
import org.graalvm.polyglot.PolyglotException;
import org.graalvm.polyglot.Source;
import org.graalvm.polyglot.Value;

/**
 * A running guest with its own memory, confined to the {@link GuestThread} that made it.
 *
 * @param <X> what its host functions may throw
 */
public final class GuestInstance<X extends Exception> implements AutoCloseable {
    private final GuestEngine engine;
    private final GuestOptions options;
    private final Thread owner = Thread.currentThread();
    private final Context context;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final AtomicReference<Optional<Overtime>> overtime = new AtomicReference<>(Optional.empty());

    // From here on touched by the owner only.
    private final LineSink output;
    private final GuestMemory memory = new GuestMemory();
    private final CallState state;
    private final FolderAccess folders;
    private final Watchdog watchdog;
    private final Instantiation.Exports exports;
    private boolean initialized;
    private Optional<String> lostIn = Optional.empty();
    private boolean closed;

    private GuestInstance(
            GuestEngine engine,
            Source source,
            Linker linker,
            Map<String, ? extends HostFunction<? extends X>> host,
            GuestOptions options) {
        this.engine = engine;
        this.options = options;
        this.output = new LineSink(options.output());
        this.state = new CallState(new Transfer(memory, options.limits()));
        this.folders = FolderAccess.to(options.folders());
        this.context = engine.newContext(output, options.environment(), folders.access(), folders.mapped());
        try {
            this.exports = Instantiation.run(context, source, linker, host, state, memory);
        } catch (Throwable e) {
            context.close(true);
            folders.close();
            memory.free();
            throw e;
        }
        this.watchdog = new Watchdog(options.time(), state::passages, this::expire);
        engine.opened();
    }

    static <X extends Exception> GuestInstance<X> start(
            GuestEngine engine,
            Source source,
            Linker linker,
            Map<String, ? extends HostFunction<? extends X>> host,
            GuestOptions options) {
        if (!(Thread.currentThread() instanceof GuestThread)) {
            throw new IllegalStateException("guests run on a GuestThread, not on " + Thread.currentThread());
        }
        return new GuestInstance<>(engine, source, linker, host, options);
    }

    /**
     * Calls an export and waits for it; before the first one, the guest's {@code _initialize}. Any
     * failure but a {@link HostValueException} for a wrong argument ends the instance: later calls are
     * refused.
     *
     * @param function {@code interface#function}, or {@code function} for the world's own
     * @return the lifted result; {@link io.rapidbyte.wasm.abi.Unit#UNIT} if there is none
     * @throws GuestException as its variants say
     * @throws X what a host function threw, unchanged; its unchecked exceptions surface as well
     * @throws IllegalArgumentException if the world has no such export, or an argument does not fit
     * @throws IllegalStateException from another thread, or from within a host function
     */
    public Object call(String function, Object... args) throws X {
        requireOwner();
        requireUsable(function);
        Instantiation.Export export = exports.functions().get(function);
        if (export == null) {
            throw new IllegalArgumentException("the world exports no " + function);
        }
        Transfer transfer = state.enter();
        watchdog.begin();
        try {
            initialize();
            Object result = run(export, transfer, args);
            state.leave();
            return result;
        } catch (HostValueException e) {
            // Found while lowering the arguments: the guest has not been asked to do anything.
            state.leave();
            throw e;
        } catch (Throwable e) {
            lostIn = Optional.of(function);
            throw ended(function, e);
        } finally {
            watchdog.end();
        }
    }

    private void initialize() {
        if (!initialized && exports.initialize().isPresent()) {
            state.run();
            exports.initialize().get().executeVoid();
            state.enterAllocator();
        }
        initialized = true;
    }

    private Object run(Instantiation.Export export, Transfer transfer, Object[] args) throws Exception {
        long[] core = export.function().lowerParams(transfer, args);
        state.run();
        Value answer = export.code().execute(CoreValues.toGuest(export.params(), core));
        state.cleanUp();
        boolean empty = export.results().isEmpty();
        long bits = empty ? 0 : CoreValues.fromGuest(export.results().getFirst(), answer);
        Object result = export.function().liftResult(transfer, bits);
        if (export.postReturn().isPresent()) {
            Value postReturn = export.postReturn().get();
            postReturn.executeVoid(empty ? new Object[0] : new Object[] {answer});
        }
        return result;
    }

    /** Throws what is unchecked; gives what host functions may throw. */
    private X ended(String function, Throwable e) {
        Optional<CallState.HostFailure> failure = state.failure();
        if (cancelled.get()) {
            // The wake-up of a blocked host function is not for whoever uses this thread next.
            Thread.interrupted();
            throw new GuestCancelled(function + " was cancelled", e);
        }
        if (overtime.get().isPresent()) {
            Thread.interrupted();
            throw new GuestOvertime(function, overtime.get().get(), e);
        }
        if (e instanceof PolyglotException p && p.isHostException() && failure.isPresent()) {
            return explained(failure.get().function, failure.get().thrown);
        }
        return explained(function, e);
    }

    @SuppressWarnings("unchecked") // host functions throw X and what is unchecked
    private X explained(String function, Throwable e) {
        return switch (e) {
            case AbiException broken -> throw new GuestViolation(function, broken);
            case PolyglotException guest -> throw diagnosis(function).of(guest);
            case StackOverflowError overflow -> throw diagnosis(function).stackOverflow(List.of());
            case RuntimeException unchecked -> throw unchecked;
            case Error error -> throw error;
            default -> (X) e;
        };
    }

    private Diagnosis diagnosis(String function) {
        return new Diagnosis(function, memory.sizeBytes(), options.memoryBytesMax(), output.last());
    }

    private void requireOwner() {
        if (!Thread.currentThread().equals(owner)) {
            throw new IllegalStateException(
                    "the instance belongs to " + owner + " and was called from " + Thread.currentThread());
        }
    }

    private void requireUsable(String function) {
        if (closed) {
            throw new GuestUnusable(function + " was called on a closed instance");
        }
        if (cancelled.get()) {
            throw new GuestCancelled(function + " was not called: the instance is cancelled", null);
        }
        if (lostIn.isPresent()) {
            throw new GuestUnusable(function + " was called on an instance that failed in " + lostIn.get());
        }
    }

    /**
     * Stops the guest wherever it is, unless a host function ignores interrupts; the call it is in ends
     * in {@link GuestCancelled}. From any thread; returns at once; may be repeated. The instance must
     * still be closed.
     */
    public void cancel() {
        if (cancelled.compareAndSet(false, true)) {
            stop();
        }
    }

    private void expire(Overtime what) {
        overtime.set(Optional.of(what));
        stop();
    }

    /** Closing waits for the guest thread, and the caller may be an event loop. */
    private void stop() {
        Thread.ofPlatform().daemon().name("cancel-" + owner.getName()).start(() -> context.close(true));
    }

    /** Bytes of all guests' memories in this process. Any thread. */
    public static long allMemoryBytes() {
        return GuestMemory.LIVE_BYTES.sum();
    }

    /** The current size of the guest's memory in bytes; 0 once closed. */
    public long memoryBytes() {
        requireOwner();
        return memory.sizeBytes();
    }

    /** Gives everything back. On the owning thread, outside of calls; may be repeated. */
    @Override
    public void close() {
        requireOwner();
        if (closed) {
            return;
        }
        closed = true;
        watchdog.close();
        context.close(true);
        folders.close();
        memory.free();
        output.close();
        engine.closed();
    }
}
