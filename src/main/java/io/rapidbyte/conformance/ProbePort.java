package io.rapidbyte.conformance;

import io.rapidbyte.arrow.FrameRows;
import io.rapidbyte.arrow.FrameSchema;
import io.rapidbyte.arrow.IpcFrames;
import io.rapidbyte.arrow.MalformedFrameException;
import io.rapidbyte.connector.BatchBody;
import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.connector.Inbound;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.RejectedRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;

/** The host that a guest under test sees: serves what it was given, looks at what it gets. The guest thread's own. */
final class ProbePort implements GuestPort {
    /** What a barrier was placed behind. */
    record Placed(String payload, Rows before) {}

    /** A batch that came out. */
    record Emitted(int bytes, long rows) {}

    /** Gives the next thing to consume when it is asked for it. */
    interface Step {
        Inbound next() throws ConnectorException;
    }

    private final Queue<Step> steps = new ArrayDeque<>();
    private Optional<ConnectorException> refusal = Optional.empty();
    private boolean cancelled;

    private final List<Emitted> emitted = new ArrayList<>();
    private final List<FrameSchema> schemas = new ArrayList<>();
    private final List<Placed> placed = new ArrayList<>();
    private final List<Long> confirmed = new ArrayList<>();
    private Rows rows = Rows.NONE;
    private boolean comparable = true;
    private long rejected;

    /** Fails every call that can fail from now on. */
    ProbePort refuse(ConnectorException error) {
        refusal = Optional.of(error);
        return this;
    }

    /** A host whose run is cancelled: it says so, and fails every call. */
    ProbePort cancelRun() {
        cancelled = true;
        return refuse(new ConnectorException(
                ConnectorError.permanent(ErrorCategory.CANCELLED, "cancelled", "the run was cancelled")));
    }

    ProbePort batch(byte[] ipc) {
        steps.add(() -> new Inbound.Batch(new Body(ipc)));
        return this;
    }

    ProbePort barrier(long id, String payload, boolean last) {
        steps.add(() -> new Inbound.Barrier(id, payload, last));
        return this;
    }

    /** Looks at something when the guest asks for what comes next. */
    ProbePort then(Runnable look) {
        steps.add(() -> {
            look.run();
            return next();
        });
        return this;
    }

    ProbePort fail(ConnectorException error) {
        steps.add(() -> {
            throw error;
        });
        return this;
    }

    List<Emitted> emitted() {
        return emitted;
    }

    /** The different schemas that came, in order. */
    List<FrameSchema> schemas() {
        return schemas;
    }

    List<Placed> placed() {
        return placed;
    }

    List<Long> confirmed() {
        return confirmed;
    }

    Rows rows() {
        return rows;
    }

    /** Whether {@link #rows} looked at every row; a column of an exotic type keeps it from that. */
    boolean comparable() {
        return comparable;
    }

    long rejected() {
        return rejected;
    }

    @Override
    public void emit(ByteBuffer ipc) throws ConnectorException {
        pass();
        try {
            FrameSchema schema = IpcFrames.schema(ipc);
            emitted.add(new Emitted(ipc.remaining(), IpcFrames.summarize(ipc).rows()));
            if (!schemas.contains(schema)) {
                schemas.add(schema);
            }
            if (FrameRows.reads(schema)) {
                FrameRows.each(ipc, row -> rows = rows.plus(row));
            } else {
                comparable = false;
            }
        } catch (MalformedFrameException e) {
            throw new ConnectorException(ConnectorError.permanent(
                    ErrorCategory.INTERNAL,
                    "protocol.emit-batch",
                    "the batch is no sound Arrow stream: " + e.getMessage()));
        }
    }

    @Override
    public void acceptForm(String form) throws ConnectorException {
        pass();
    }

    @Override
    public boolean formAccepted(String form) throws ConnectorException {
        pass();
        return false;
    }

    @Override
    public Inbound next() throws ConnectorException {
        pass();
        Step step = steps.poll();
        return step == null ? new Inbound.End() : step.next();
    }

    @Override
    public long placeBarrier(String payload) throws ConnectorException {
        pass();
        placed.add(new Placed(payload, rows));
        return placed.size();
    }

    @Override
    public void prepareBarrier(long id) throws ConnectorException {
        pass();
    }

    @Override
    public void confirmBarrier(long id, String payload) throws ConnectorException {
        pass();
        confirmed.add(id);
    }

    @Override
    public void reject(RejectedRecord record) throws ConnectorException {
        pass();
        rejected++;
    }

    /** A read under test is never to be followed. */
    @Override
    public boolean pause(Duration most) throws ConnectorException {
        pass();
        return true;
    }

    @Override
    public List<CursorValue> durableCursors() {
        return List.of();
    }

    @Override
    public void schemaChanged(String change) throws ConnectorException {
        pass();
    }

    @Override
    public void log(String level, String message) {}

    @Override
    public void metric(String name, String kind, double value) {}

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    private void pass() throws ConnectorException {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    private static final class Body implements BatchBody {
        private final byte[] ipc;

        Body(byte[] ipc) {
            this.ipc = ipc;
        }

        @Override
        public int size() {
            return ipc.length;
        }

        @Override
        public void writeTo(ByteBuffer target) {
            target.put(ipc);
        }

        @Override
        public void release() {}
    }
}
