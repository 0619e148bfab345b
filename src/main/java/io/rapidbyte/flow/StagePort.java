package io.rapidbyte.flow;

import io.rapidbyte.connector.BatchBody;
import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.connector.Inbound;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.DurableSteps;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.RejectedRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Connects a guest to its stage's edges. All calls on the guest thread. */
final class StagePort implements GuestPort {
    /** What the names of metrics begin with that tell of a durable step. */
    private static final String DURABLE_STEP = "durable.";

    /** The forms that one guest may accept: what it names lies on the host's heap. */
    private static final int MAX_FORMS = 8;

    private static final int MAX_FORM_LENGTH = 64;

    private final StagePlan plan;
    private final Optional<Inlet> inlet;
    private final Optional<Outlet> outlet;
    private final StageListener listener;
    private final StreamLedger ledger;
    private final StageStop stop;
    private final LongAdder decompressNanos = new LongAdder();
    private final GuestMetrics metrics = new GuestMetrics();
    private final CountDownLatch ending = new CountDownLatch(1);

    /** Barriers that the destination has been given and has not confirmed, by id. */
    private final Map<Long, Frontier> unconfirmed = new HashMap<>();

    /** Rows rejected since the last barrier that was prepared. */
    private final List<RejectedRecord> rejected = new ArrayList<>();

    private final Set<String> acceptedForms = new HashSet<>();

    private long rejectedRows;

    /** Of the batch that was taken last; kept only where rejected rows are. */
    private String schema = "";

    private Optional<BatchBody> taken = Optional.empty();
    private long lastBarrier;

    StagePort(
            StagePlan plan,
            Optional<Inlet> inlet,
            Optional<Outlet> outlet,
            StageListener listener,
            StreamLedger ledger,
            StageStop stop) {
        this.plan = plan;
        this.inlet = inlet;
        this.outlet = outlet;
        this.listener = listener;
        this.ledger = ledger;
        this.lastBarrier = ledger.committedSequence();
        this.stop = stop;
    }

    @Override
    public void emit(ByteBuffer ipc) throws ConnectorException {
        outlet("emit-batch").emit(ipc);
    }

    @Override
    public Inbound next() throws ConnectorException {
        Inlet from = inlet("next-batch");
        releaseTaken();
        while (true) {
            switch (from.take()) {
                case Frame.Batch batch -> {
                    BatchBody body = body(from, batch);
                    taken = Optional.of(body);
                    return new Inbound.Batch(body);
                }
                case Frame.Barrier barrier -> {
                    from.consumed(barrier);
                    if (outlet.isEmpty()) {
                        return handOut(from, barrier);
                    }
                    // By asking for more, a transform says that it has emitted all that follows from
                    // what came before the barrier: it keeps its place in the stream (I6).
                    outlet.get().barrier(barrier.id(), barrier.payload(), barrier.last());
                }
                case Frame.End end -> {
                    return new Inbound.End();
                }
                case Frame.Abort abort -> throw new ConnectorException(FlowErrors.upstreamFailed(abort.failure()));
            }
        }
    }

    private BatchBody body(Inlet from, Frame.Batch batch) {
        FrameBody body = new FrameBody(from, batch, decompressNanos);
        return keepsDeadLetters() ? new SchemaWitness(body, seen -> schema = seen) : body;
    }

    @Override
    public void acceptForm(String form) throws ConnectorException {
        requireDestination("accept-form");
        if (acceptedForms.contains(form)) {
            return;
        }
        if (acceptedForms.size() == MAX_FORMS || form.length() > MAX_FORM_LENGTH) {
            throw new ConnectorException(FlowErrors.defect(
                    "flow.too-many-forms",
                    plan.label() + " accepted more than " + MAX_FORMS + " forms, or one whose name has more than "
                            + MAX_FORM_LENGTH + " characters"));
        }
        acceptedForms.add(form);
        inlet("accept-form").acceptForm(form);
    }

    @Override
    public boolean formAccepted(String form) throws ConnectorException {
        return outlet("is-form-accepted").formAccepted(form);
    }

    private boolean keepsDeadLetters() {
        return plan.role() == ConnectorRole.DESTINATION
                && plan.stream().policies().onDataError() == DataErrorPolicy.DLQ;
    }

    private Inbound.Barrier handOut(Inlet from, Frame.Barrier barrier) {
        unconfirmed.put(
                barrier.id(),
                new Frontier(
                        barrier.id(),
                        barrier.payload(),
                        barrier.last(),
                        from.taken().rows(),
                        rejectedRows));
        return new Inbound.Barrier(barrier.id(), barrier.payload(), barrier.last());
    }

    /** A body that nobody released, because the guest could not take it. */
    void releaseTaken() {
        taken.ifPresent(BatchBody::release);
        taken = Optional.empty();
    }

    @Override
    public long placeBarrier(String payload) throws ConnectorException {
        requireSource("checkpoint(barrier)");
        outlet("checkpoint(barrier)").barrier(lastBarrier + 1, payload, false);
        return ++lastBarrier;
    }

    /** Behind it comes only the end. */
    void placeLastBarrier(String payload) throws ConnectorException {
        outlet("checkpoint(barrier)").barrier(++lastBarrier, payload, true);
    }

    @Override
    public void prepareBarrier(long id) throws ConnectorException {
        requireDestination("checkpoint(prepare)");
        if (!unconfirmed.containsKey(id)) {
            throw unknownBarrier(id, "prepared");
        }
        prepareKnown(id);
    }

    private void prepareKnown(long id) throws ConnectorException {
        keepBooks(() -> ledger.prepare(id, List.copyOf(rejected), rejected.isEmpty() ? "" : schema));
        rejected.clear();
    }

    @Override
    public void confirmBarrier(long id, String payload) throws ConnectorException {
        requireDestination("checkpoint(committed)");
        Frontier frontier = unconfirmed.get(id);
        // Only a barrier that was handed out can have become durable (I6).
        if (frontier == null) {
            throw unknownBarrier(id, "confirmed");
        }
        if (!rejected.isEmpty()) {
            // It did not prepare: better late than never (I20).
            prepareKnown(id);
        }
        // Rows rejected after the barrier was given out belong to it all the same: they lay before it.
        Frontier durable = new Frontier(id, frontier.payload(), frontier.last(), frontier.rows(), rejectedRows);
        keepBooks(() -> ledger.committed(durable));
        // Only now: a destination that goes on after the books failed still owes this one (I7).
        unconfirmed.remove(id);
    }

    /** A failure of the books is the stage's failure, whatever its guest makes of the error (I7). */
    private void keepBooks(Runnable entry) throws ConnectorException {
        try {
            entry.run();
        } catch (FailureException e) {
            stop.offer(e.failure(), false);
            throw new ConnectorException(e.failure().error(), e);
        }
    }

    private ConnectorException unknownBarrier(long id, String what) {
        return new ConnectorException(FlowErrors.defect(
                "flow.unknown-barrier",
                plan.label() + " " + what + " barrier " + id + ", which it was not given or confirmed before"));
    }

    private void requireDestination(String call) throws ConnectorException {
        if (plan.role() != ConnectorRole.DESTINATION) {
            throw notForRole(call);
        }
    }

    /** Whether the destination was given a barrier that it has not confirmed. */
    boolean owesConfirmation() {
        return !unconfirmed.isEmpty();
    }

    @Override
    public void reject(RejectedRecord rejected) throws ConnectorException {
        requireDestination("emit-dlq-record");
        if (!keepsDeadLetters()) {
            throw new ConnectorException(ConnectorError.permanent(
                    ErrorCategory.DATA,
                    rejected.code(),
                    plan.label() + " rejected a row of " + rejected.streamName() + ": " + rejected.message()
                            + "; the pipeline keeps no dead letters, so the stream fails rather than lose the row"));
        }
        keepBooks(() -> ledger.rejected(rejected));
        this.rejected.add(rejected);
        rejectedRows++;
    }

    /** The read is to end in good order. Any thread. */
    void end() {
        ending.countDown();
    }

    @Override
    public boolean pause(Duration most) throws ConnectorException {
        requireSource("pause");
        try {
            return ending.await(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(FlowErrors.cancelled(), e);
        }
    }

    @Override
    public List<CursorValue> durableCursors() throws ConnectorException {
        requireSource("durable-cursors");
        try {
            return ledger.durableCursors();
        } catch (FailureException e) {
            throw new ConnectorException(e.failure().error(), e);
        }
    }

    private void requireSource(String call) throws ConnectorException {
        if (plan.role() != ConnectorRole.SOURCE) {
            throw notForRole(call);
        }
    }

    @Override
    public void schemaChanged(String change) throws ConnectorException {
        requireDestination("schema-changed");
        keepBooks(() -> ledger.schemaChanged(change));
    }

    @Override
    public void log(String level, String message) {
        listener.logged(plan, level, message);
    }

    /** Never fails a run (I32). */
    @Override
    public void metric(String name, String kind, double value) {
        if (name.startsWith(DURABLE_STEP)) {
            DurableSteps.reached(
                    plan.role().name().toLowerCase(Locale.ROOT) + "." + name.substring(DURABLE_STEP.length()));
        } else {
            metrics.tell(name, kind, value);
        }
    }

    /** What the guest tells of itself. Any thread. */
    GuestMetrics metrics() {
        return metrics;
    }

    @Override
    public boolean cancelled() {
        return stop.reason().isPresent();
    }

    /** Time spent decompressing so far. Any thread. */
    Duration decompressTime() {
        return Duration.ofNanos(decompressNanos.sum());
    }

    private Inlet inlet(String call) throws ConnectorException {
        return inlet.orElseThrow(() -> notForRole(call));
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
