package io.rapidbyte.flow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorInstance;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.connector.Inbound;
import io.rapidbyte.connector.InstanceSettings;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.wasm.GuestThread;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** One question to a connector without a stream to work on, such as {@code validate} or {@code resume}, on a guest thread of its own. */
public final class GuestErrand<T> {
    /** Five minutes: discovering thousands of tables over a slow line takes one or two. */
    public static final Duration LIMIT = Duration.ofMinutes(5);

    private static final Logger LOG = System.getLogger(GuestErrand.class.getName());

    private final Connector connector;
    private final ConnectorRole role;
    private final ObjectNode config;
    private final ConnectorState state;
    private final Question<T> question;

    // guarded by this
    private Optional<ConnectorInstance> instance = Optional.empty();
    private boolean cancelled;

    /** What is asked of an open instance. On the guest thread. */
    @FunctionalInterface
    public interface Question<T> {
        T ask(ConnectorInstance instance) throws ConnectorException;
    }

    /** @param state what the connector keeps; outlives the errand */
    public GuestErrand(
            Connector connector, ConnectorRole role, ObjectNode config, ConnectorState state, Question<T> question) {
        this.connector = connector;
        this.role = role;
        this.config = config;
        this.state = state;
        this.question = question;
    }

    /**
     * Starts the guest and asks. The future completes on {@code context}; it fails with the
     * connector's {@link ConnectorException}, which after {@link #LIMIT} is of category cancelled.
     */
    public Future<T> run(Vertx vertx, Context context) {
        Promise<T> answer = Promise.promise();
        GuestThread.start("guest " + name() + " on an errand", () -> {
            try {
                T told = live();
                context.runOnContext(v -> answer.complete(told));
            } catch (ConnectorException e) {
                context.runOnContext(v -> answer.fail(e));
            } catch (Throwable e) {
                LOG.log(Level.ERROR, name() + " failed in the host", e);
                context.runOnContext(v -> answer.fail(new ConnectorException(
                        FlowErrors.defect("stage.defect", "the host failed while " + name() + " ran: " + e), e)));
            }
        });
        long timer = vertx.setTimer(LIMIT.toMillis(), t -> cancel());
        return answer.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    /** Ends it for good. Any thread; returns at once. */
    public synchronized void cancel() {
        cancelled = true;
        instance.ifPresent(ConnectorInstance::cancel);
    }

    private T live() throws ConnectorException {
        ConnectorInstance made = connector.instantiate(role, InstanceSettings.DEFAULT, new NoStage(), state);
        try {
            adopt(made);
            made.open(config);
            return question.ask(made);
        } finally {
            close(made);
        }
    }

    private synchronized void adopt(ConnectorInstance made) {
        instance = Optional.of(made);
        if (cancelled) {
            made.cancel();
        }
    }

    private void close(ConnectorInstance made) {
        try {
            made.close();
        } catch (ConnectorException e) {
            LOG.log(Level.DEBUG, () -> name() + " failed to close: " + e.getMessage());
        }
    }

    private String name() {
        return connector.manifest().shortName();
    }

    /** There is no stream to emit to or take from. */
    private final class NoStage implements GuestPort {
        @Override
        public void emit(ByteBuffer ipc) throws ConnectorException {
            throw outsideOfRun("emit-batch");
        }

        @Override
        public Inbound next() throws ConnectorException {
            throw outsideOfRun("next-batch");
        }

        @Override
        public long placeBarrier(String payload) throws ConnectorException {
            throw outsideOfRun("checkpoint");
        }

        @Override
        public void prepareBarrier(long id) throws ConnectorException {
            throw outsideOfRun("checkpoint");
        }

        @Override
        public void confirmBarrier(long id, String payload) throws ConnectorException {
            throw outsideOfRun("checkpoint");
        }

        @Override
        public void reject(RejectedRecord rejected) throws ConnectorException {
            throw outsideOfRun("emit-dlq-record");
        }

        private ConnectorException outsideOfRun(String call) {
            return new ConnectorException(
                    FlowErrors.defect("flow.outside-of-run", name() + " called " + call + " outside of a run"));
        }

        @Override
        public void log(String level, String message) {
            LOG.log(Level.DEBUG, () -> name() + ": " + level + ": " + message);
        }

        @Override
        public void metric(String name, String kind, double value) {}

        @Override
        public boolean cancelled() {
            synchronized (GuestErrand.this) {
                return cancelled;
            }
        }
    }
}
