package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.RejectedRecord;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A stage without neighbours: keeps what an instance hands over and serves what a test put in. One thread. */
final class RecordingPort implements GuestPort {
    final List<byte[]> emitted = new ArrayList<>();
    final List<String> barriers = new ArrayList<>();
    final List<Long> confirmed = new ArrayList<>();
    final List<String> lines = new ArrayList<>();
    final List<RejectedRecord> rejected = new ArrayList<>();
    final List<String> schemaChanges = new ArrayList<>();
    final Queue<Inbound> inbound = new ArrayDeque<>();
    int released;

    /** Serves these bytes as a batch. */
    void offer(byte[] ipc) {
        inbound.add(new Inbound.Batch(new BatchBody() {
            @Override
            public int size() {
                return ipc.length;
            }

            @Override
            public void writeTo(ByteBuffer target) {
                target.put(ipc);
            }

            @Override
            public void release() {
                released++;
            }
        }));
    }

    @Override
    public void emit(ByteBuffer ipc) {
        byte[] copy = new byte[ipc.remaining()];
        ipc.duplicate().get(copy);
        emitted.add(copy);
    }

    @Override
    public void acceptForm(String form) {}

    @Override
    public boolean formAccepted(String form) {
        return false;
    }

    @Override
    public Inbound next() throws ConnectorException {
        return inbound.isEmpty() ? new Inbound.End() : inbound.remove();
    }

    @Override
    public long placeBarrier(String payload) {
        barriers.add(payload);
        return barriers.size();
    }

    @Override
    public void prepareBarrier(long id) {}

    @Override
    public void confirmBarrier(long id, String payload) {
        confirmed.add(id);
    }

    @Override
    public void reject(RejectedRecord record) {
        rejected.add(record);
    }

    @Override
    public void schemaChanged(String change) {
        schemaChanges.add(change);
    }

    @Override
    public boolean pause(Duration most) {
        return true;
    }

    @Override
    public List<CursorValue> durableCursors() {
        return List.of();
    }

    @Override
    public void log(String level, String message) {
        lines.add(level + " " + message);
    }

    @Override
    public void metric(String name, String kind, double value) {
        lines.add("metric " + kind + " " + name + " " + value);
    }

    @Override
    public boolean cancelled() {
        return false;
    }
}
