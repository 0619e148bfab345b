package io.rapidbyte.flow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.StageTrace;
import io.rapidbyte.model.StreamContext;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One attempt's conversation with a verticle. The guest thread sends, and blocks for what comes; an event loop queues it. Who sends
 * more than it was granted breaks the contract, so the queue is bounded (I3).
 */
final class BusLine {
    /** One second of silence, and the verticle is asked whether it is still there. */
    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Ten seconds: an event loop that is blocked for longer does nobody any good. */
    private static final Duration PING_PATIENCE = Duration.ofSeconds(10);

    /** Five seconds to roll back, as a stage's guest has. */
    private static final Duration CLOSE_PATIENCE = StagePlan.Patience.DEFAULT_ROLL_BACK;

    /** Credits, confirmations and the like, beside frames. */
    private static final int MAX_WAITING = 64 + StageContract.WINDOW;

    private static final AtomicLong NUMBERS = new AtomicLong();

    /** What came: its kind, its number if it is a frame (else 0), its body. */
    record Incoming(String type, long sequence, Object body) {
        JsonObject json() {
            return body instanceof JsonObject json ? json : new JsonObject();
        }
    }

    private final BusVerticle verticle;
    private final Vertx vertx;
    private final String address;
    private final String line;
    private final StageTrace trace;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by lock
    private final Deque<Incoming> waiting = new ArrayDeque<>();
    private Optional<ConnectorError> broken = Optional.empty();
    private boolean pinged;
    private long granted;

    private Optional<MessageConsumer<Object>> consumer = Optional.empty();

    BusLine(BusVerticle verticle, String runId, StageTrace trace) {
        this.verticle = verticle;
        this.vertx = verticle.vertx();
        this.address = verticle.address();
        this.line = "rapidbyte.stage." + runId + "." + NUMBERS.incrementAndGet();
        this.trace = trace;
    }

    String address() {
        return address;
    }

    /** Listens. On the guest thread, before the verticle is told of the line (I3). */
    void listen() throws ConnectorException {
        MessageConsumer<Object> made =
                vertx.eventBus().consumer(StageContract.toEngine(line), message -> arrived(message));
        consumer = Optional.of(made);
        verticle.await("a line", made.completion());
    }

    /** Has the verticle begin an attempt on this line. */
    Future<JsonObject> open(ConnectorRole role, StreamContext stream, ObjectNode config) {
        return verticle.open(line, role, stream, config, trace);
    }

    private void arrived(Message<Object> message) {
        Optional.ofNullable(message.headers().get(StageTrace.HEADER)).ifPresent(trace::follows);
        String type = String.valueOf(message.headers().get(StageContract.TYPE));
        String header = message.headers().get(StageContract.SEQUENCE);
        Object body = message.body();
        lock.lock();
        try {
            long sequence = header == null ? 0 : Long.parseLong(header);
            // The end needs no credit.
            if (sequence > granted + 1 || waiting.size() >= MAX_WAITING) {
                breakLocked(BusErrors.breach(address, "it sends more than it was granted"));
            } else {
                waiting.add(new Incoming(type, sequence, body == null ? "" : body));
                changed.signalAll();
            }
        } catch (NumberFormatException e) {
            breakLocked(BusErrors.breach(address, "the sequence of a frame is no number"));
        } finally {
            lock.unlock();
        }
    }

    /**
     * The next message; blocks until there is one. On the guest thread.
     *
     * @throws ConnectorException if the verticle says that it failed, is gone, or breaks the contract, or the stage is stopped
     */
    Incoming take() throws ConnectorException {
        lock.lock();
        try {
            while (waiting.isEmpty()) {
                if (broken.isPresent()) {
                    throw new ConnectorException(broken.get());
                }
                if (changed.awaitNanos(SILENCE_NANOS) <= 0) {
                    ping();
                }
            }
            if (broken.isPresent()) {
                throw new ConnectorException(broken.get());
            }
            Incoming next = waiting.remove();
            if (next.type().equals(StageContract.ABORT)) {
                throw new ConnectorException(BusErrors.told(address, next.body()));
            }
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(FlowErrors.cancelled(), e);
        } finally {
            lock.unlock();
        }
    }

    /** A verticle that was undeployed says nothing: it must not be waited for for ever (I4). */
    private void ping() {
        if (pinged) {
            return;
        }
        pinged = true;
        request(StageContract.PING, new JsonObject(), PING_PATIENCE).onComplete(answer -> {
            lock.lock();
            try {
                pinged = false;
                if (answer.failed()) {
                    breakLocked(BusErrors.gone(address));
                }
            } finally {
                lock.unlock();
            }
        });
    }

    /** Lets the verticle send frames up to {@code through}. */
    void grant(long through) {
        lock.lock();
        try {
            granted = through;
        } finally {
            lock.unlock();
        }
        send(StageContract.CREDIT, 0, new JsonObject().put("through", through));
    }

    /** @param sequence of a frame; 0 for what is none */
    void send(String type, long sequence, Object body) {
        DeliveryOptions options = options(type);
        if (sequence > 0) {
            options.addHeader(StageContract.SEQUENCE, Long.toString(sequence));
            trace.context().ifPresent(context -> options.addHeader(StageTrace.HEADER, context));
        }
        vertx.eventBus().send(StageContract.toVerticle(line), body, options);
    }

    private Future<?> request(String type, JsonObject body, Duration patience) {
        return vertx.eventBus()
                .request(StageContract.toVerticle(line), body, options(type).setSendTimeout(patience.toMillis()));
    }

    private static DeliveryOptions options(String type) {
        return new DeliveryOptions().addHeader(StageContract.TYPE, type);
    }

    /** Wakes who waits: nothing more is to be done. Any thread. */
    void stop(ConnectorError reason) {
        lock.lock();
        try {
            breakLocked(reason);
        } finally {
            lock.unlock();
        }
    }

    private void breakLocked(ConnectorError reason) {
        if (broken.isEmpty()) {
            broken = Optional.of(reason);
        }
        changed.signalAll();
    }

    /** Returns once the verticle has let go of the attempt, or does not answer. On the guest thread. */
    void close() throws ConnectorException {
        try {
            verticle.await(StageContract.CLOSE, request(StageContract.CLOSE, new JsonObject(), CLOSE_PATIENCE));
        } finally {
            consumer.ifPresent(MessageConsumer::unregister);
        }
    }
}
