package io.rapidbyte.flow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.BatchBody;
import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.connector.Inbound;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.StageTrace;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;

/** A stage whose work a verticle does, over the event bus. On the guest thread, which does nothing but wait for it. */
public final class BusGuest implements StageGuest {
    private final BusVerticle verticle;
    private final ConnectorRole role;
    private final ObjectNode config;
    private final StreamContext stream;
    private final GuestPort port;
    private final BusLine line;

    /** The frame sent last, or that came last. */
    private long sequence;

    /** The frame up to which a destination takes them. */
    private long granted;

    private BusGuest(
            BusVerticle verticle,
            ConnectorRole role,
            ObjectNode config,
            StreamContext stream,
            GuestPort port,
            StageTrace trace) {
        this.verticle = verticle;
        this.role = role;
        this.config = config;
        this.stream = stream;
        this.port = port;
        this.line = new BusLine(verticle, stream.run().runId(), trace);
    }

    /**
     * Lets {@code verticle} work in one stage.
     *
     * @param role source or destination
     */
    public static Maker maker(BusVerticle verticle, ConnectorRole role, ObjectNode config, StreamContext stream) {
        return (port, trace) -> new BusGuest(verticle, role, config, stream, port, trace);
    }

    @Override
    public Summary run() throws ConnectorException {
        line.listen();
        verticle.await(StageContract.OPEN, line.open(role, stream, config));
        return switch (role) {
            case SOURCE -> read();
            case DESTINATION -> write();
            case TRANSFORM -> throw new IllegalStateException("a verticle is no transform");
        };
    }

    private Summary read() throws ConnectorException {
        while (true) {
            line.grant(sequence + StageContract.WINDOW);
            BusLine.Incoming frame = line.take();
            if (frame.sequence() != sequence + 1) {
                throw breach("frame " + (sequence + 1) + " was expected, " + frame.type() + " " + frame.sequence()
                        + " came");
            }
            sequence++;
            switch (frame.type()) {
                case StageContract.BATCH -> port.emit(direct(frame.body()));
                case StageContract.BARRIER -> port.placeBarrier(text(frame.body()));
                case StageContract.END -> {
                    // What its last barrier carries is where nothing follows.
                    return new Summary(0, number(frame, "rows"), 0, frame.json().getString("position", ""));
                }
                default -> throw breach("a source sends no " + frame.type());
            }
        }
    }

    /** Frames are compressed from memory off the heap. */
    private ByteBuffer direct(Object body) throws ConnectorException {
        if (!(body instanceof Buffer buffer)) {
            throw breach("the body of a batch is no Buffer");
        }
        byte[] bytes = buffer.getBytes();
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private String text(Object body) throws ConnectorException {
        if (!(body instanceof String text)) {
            throw breach("the body of a barrier is no text");
        }
        return text;
    }

    private Summary write() throws ConnectorException {
        while (true) {
            switch (port.next()) {
                case Inbound.Batch(BatchBody body) -> send(StageContract.BATCH, bytes(body));
                case Inbound.Barrier barrier -> commit(barrier);
                case Inbound.End() -> {
                    line.send(StageContract.END, ++sequence, new JsonObject());
                    return new Summary(number(await(StageContract.DONE), "rows"), 0);
                }
            }
        }
    }

    /** A buffer is copied on its way, so that this one is not the receiver's. */
    private static Buffer bytes(BatchBody body) throws ConnectorException {
        ByteBuffer target = ByteBuffer.allocateDirect(body.size());
        body.writeTo(target);
        body.release();
        byte[] bytes = new byte[target.flip().remaining()];
        target.get(bytes);
        return Buffer.buffer(bytes);
    }

    /** From here on nobody but the verticle knows whether it has committed, until it says so (I6, I10). */
    private void commit(Inbound.Barrier barrier) throws ConnectorException {
        awaitCredit();
        port.prepareBarrier(barrier.id());
        line.send(
                StageContract.BARRIER,
                ++sequence,
                new JsonObject()
                        .put("id", barrier.id())
                        .put("payload", barrier.payload())
                        .put("last", barrier.last()));
        long confirmed;
        try {
            confirmed = number(await(StageContract.CONFIRM), "barrier");
        } catch (ConnectorException e) {
            throw new ConnectorException(BusErrors.inDoubt(e.error()), e);
        }
        if (confirmed != barrier.id()) {
            throw breach("it confirms barrier " + confirmed + " where " + barrier.id() + " is due");
        }
        port.confirmBarrier(barrier.id(), barrier.payload());
    }

    private void send(String type, Buffer body) throws ConnectorException {
        awaitCredit();
        line.send(type, ++sequence, body);
    }

    private void awaitCredit() throws ConnectorException {
        while (sequence >= granted) {
            await(StageContract.CREDIT);
        }
    }

    /** The next message of that kind; only credits may come before it. */
    private BusLine.Incoming await(String type) throws ConnectorException {
        while (true) {
            BusLine.Incoming message = line.take();
            boolean credit = message.type().equals(StageContract.CREDIT);
            if (credit) {
                granted = Math.min(Math.max(granted, number(message, "through")), sequence + StageContract.WINDOW);
            }
            if (message.type().equals(type)) {
                return message;
            }
            if (!credit) {
                throw breach(message.type() + " came where " + type + " is due");
            }
        }
    }

    private long number(BusLine.Incoming message, String key) throws ConnectorException {
        if (message.json().getValue(key) instanceof Number number && number.longValue() >= 0) {
            return number.longValue();
        }
        throw breach("its " + message.type() + " has no number " + key);
    }

    private ConnectorException breach(String what) {
        return new ConnectorException(BusErrors.breach(line.address(), what));
    }

    @Override
    public void cancel() {
        line.stop(FlowErrors.cancelled());
    }

    @Override
    public Map<String, Duration> timings() {
        return Map.of();
    }

    @Override
    public void close() throws ConnectorException {
        line.close();
    }
}
