package io.rapidbyte.flow;

import io.rapidbyte.connector.BatchBody;
import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.connector.Inbound;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.RejectedRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

/** Connects a guest to its stage's edges. All calls on the guest thread. */
final class StagePort implements GuestPort {
    private final StagePlan plan;
    private final Optional<Inlet> inlet;
    private final Optional<Outlet> outlet;
    private final StageListener listener;
    private final BooleanSupplier stopped;
    private final LongAdder decompressNanos = new LongAdder();

    private final Set<Long> unconfirmed = new HashSet<>();
    private Optional<BatchBody> taken = Optional.empty();
    private long lastBarrier;

    StagePort(
            StagePlan plan,
            Optional<Inlet> inlet,
            Optional<Outlet> outlet,
            StageListener listener,
            BooleanSupplier stopped) {
        this.plan = plan;
        this.inlet = inlet;
        this.outlet = outlet;
        this.listener = listener;
        this.stopped = stopped;
    }

    @Override
    public void emit(ByteBuffer ipc) throws ConnectorException {
        outlet("emit-batch").emit(ipc);
    }

    @Override
    public Inbound next() throws ConnectorException {
        Inlet from = inlet.orElseThrow(() -> notForRole("next-batch"));
        releaseTaken();
        while (true) {
            switch (from.take()) {
                case Frame.Batch batch -> {
                    BatchBody body = new FrameBody(from, batch, decompressNanos);
                    taken = Optional.of(body);
                    return new Inbound.Batch(body);
                }
                case Frame.Barrier barrier -> {
                    from.consumed(barrier);
                    if (outlet.isEmpty()) {
                        unconfirmed.add(barrier.id());
                        return new Inbound.Barrier(barrier.id(), barrier.payload());
                    }
                    // By asking for more, a transform says that it has emitted all that follows from
                    // what came before the barrier: it keeps its place in the stream (I6).
                    outlet.get().barrier(barrier.id(), barrier.payload());
                }
                case Frame.End end -> {
                    return new Inbound.End();
                }
                case Frame.Abort abort -> throw new ConnectorException(FlowErrors.upstreamFailed(abort.failure()));
            }
        }
    }

    /** A body that nobody released, because the guest could not take it. */
    void releaseTaken() {
        taken.ifPresent(BatchBody::release);
        taken = Optional.empty();
    }

    @Override
    public long placeBarrier(String payload) throws ConnectorException {
        if (plan.role() != ConnectorRole.SOURCE) {
            throw notForRole("checkpoint(barrier)");
        }
        outlet("checkpoint(barrier)").barrier(lastBarrier + 1, payload);
        return ++lastBarrier;
    }

    @Override
    public void confirmBarrier(long id, String payload) throws ConnectorException {
        if (plan.role() != ConnectorRole.DESTINATION) {
            throw notForRole("checkpoint(committed)");
        }
        // Only a barrier that was handed out can have become durable (I6).
        if (!unconfirmed.remove(id)) {
            throw new ConnectorException(FlowErrors.defect(
                    "flow.unknown-barrier",
                    plan.label() + " confirmed barrier " + id + ", which it was not given or confirmed before"));
        }
    }

    @Override
    public void reject(RejectedRecord rejected) throws ConnectorException {
        throw new ConnectorException(ConnectorError.permanent(
                ErrorCategory.DATA,
                rejected.code(),
                plan.label() + " rejected a row of " + rejected.streamName() + ": " + rejected.message()
                        + "; dead letters are not supported yet, so the stream fails rather than lose the row"));
    }

    @Override
    public void log(String level, String message) {
        listener.logged(plan, level, message);
    }

    /** Connectors' metrics have no reader yet; they never fail a run (I32). */
    @Override
    public void metric(String name, String kind, double value) {}

    @Override
    public boolean cancelled() {
        return stopped.getAsBoolean();
    }

    /** Time spent decompressing so far. Any thread. */
    Duration decompressTime() {
        return Duration.ofNanos(decompressNanos.sum());
    }

    private Outlet outlet(String call) throws ConnectorException {
        return outlet.orElseThrow(() -> notForRole(call));
    }

    private ConnectorException notForRole(String call) {
        return new ConnectorException(FlowErrors.defect(
                "flow.not-for-role",
                plan.label() + " called " + call + ", which a "
                        + plan.role().name().toLowerCase(Locale.ROOT) + " may not"));
    }
}
