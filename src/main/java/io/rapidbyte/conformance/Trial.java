package io.rapidbyte.conformance;

import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorInstance;
import io.rapidbyte.connector.InstanceSettings;
import io.rapidbyte.connector.MemoryConnectorState;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.wasm.GuestThread;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** Gives a guest something to do, on a thread of its own and for so long at most. Any thread; waits. */
final class Trial {
    private final Connector connector;
    private final ConnectorRole role;
    private final Duration patience;

    /** One for all trials: what a connector keeps outlives its instances. */
    private final MemoryConnectorState state = new MemoryConnectorState();

    /** @param patience how long one trial may take before the guest is stopped */
    Trial(Connector connector, ConnectorRole role, Duration patience) {
        this.connector = connector;
        this.role = role;
        this.patience = patience;
    }

    /** What is done with an instance that nothing was called on yet. */
    interface Use<T> {
        T of(ConnectorInstance instance) throws ConnectorException;
    }

    /** How a trial ended. */
    sealed interface Outcome<T> {
        record Done<T>(T value) implements Outcome<T> {}

        record Failed<T>(ConnectorException error) implements Outcome<T> {}

        /** It did not end; the guest was stopped. */
        record Late<T>(Duration after) implements Outcome<T> {}
    }

    /** Makes an instance, uses it, closes it. An error while closing counts where there was none before. */
    <T> Outcome<T> attempt(ProbePort port, Use<T> use) {
        AtomicReference<ConnectorInstance> running = new AtomicReference<>();
        CompletableFuture<T> result = new CompletableFuture<>();
        GuestThread.start("conformance " + connector.manifest().shortName(), () -> {
            try {
                result.complete(use(port, use, running));
            } catch (ConnectorException | RuntimeException | Error e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return new Outcome.Done<>(result.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            stop(running, result);
            return new Outcome.Late<>(patience);
        } catch (InterruptedException e) {
            stop(running, result);
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof ConnectorException error) {
                return new Outcome.Failed<>(error);
            }
            throw new CompletionException(e.getCause());
        }
    }

    /** The value; a failure is handed on, and a guest that does not end is a breach. */
    <T> T value(ProbePort port, Use<T> use) throws ConnectorException {
        return switch (attempt(port, use)) {
            case Outcome.Done<T> done -> done.value();
            case Outcome.Failed<T> failed -> throw failed.error();
            case Outcome.Late<T> late -> throw Breach.late(late.after());
        };
    }

    private <T> T use(ProbePort port, Use<T> use, AtomicReference<ConnectorInstance> running)
            throws ConnectorException {
        try (ConnectorInstance instance = connector.instantiate(role, InstanceSettings.DEFAULT, port, state)) {
            running.set(instance);
            return use.of(instance);
        }
    }

    /** The thread frees what it holds; it is waited for, so that nothing is left behind. */
    private static void stop(AtomicReference<ConnectorInstance> running, CompletableFuture<?> result) {
        ConnectorInstance instance = running.get();
        if (instance != null) {
            instance.cancel();
        }
        result.handle((value, error) -> true).orTimeout(1, TimeUnit.MINUTES).join();
    }
}
