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
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.LogScope;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.wasm.GuestThread;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A connector that answers one question after the other outside of runs, on a guest thread of its own.
 * Safe on any thread; answers come on the guest thread. Whoever makes one closes it.
 */
public final class GuestDialog implements AutoCloseable {
    private static final Logger LOG = System.getLogger(GuestDialog.class.getName());

    private final Connector connector;
    private final ConnectorRole role;
    private final ObjectNode config;
    private final ConnectorState state;
    private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
    private final Promise<Void> ended = Promise.promise();

    // guarded by this
    private Optional<ConnectorInstance> instance = Optional.empty();
    private boolean cancelled;
    private boolean closed;
    private Optional<ConnectorException> refusal = Optional.empty();

    // the guest thread's own
    private Optional<RowRelay> relay = Optional.empty();

    /** What is asked of an open instance. On the guest thread. */
    @FunctionalInterface
    public interface Question<T> {
        T ask(ConnectorInstance instance) throws ConnectorException;
    }

    private interface Task {
        /** False if it was the last. */
        boolean run(ConnectorInstance instance);

        void refuse(ConnectorException why);
    }

    /**
     * Starts the guest; what keeps it from starting, each question is told.
     *
     * @param state what the connector keeps; outlives the dialog
     */
    public GuestDialog(Connector connector, ConnectorRole role, ObjectNode config, ConnectorState state) {
        this.connector = connector;
        this.role = role;
        this.config = config;
        this.state = state;
        GuestThread.start("guest " + name() + " in a dialog", LogScope.handedOn(this::live));
    }

    /** Asks when all before is answered. Fails with the connector's {@link ConnectorException}. */
    public <T> Future<T> ask(Question<T> question) {
        return ask(question, Optional.empty());
    }

    /** Asks something that emits rows or takes some, by way of {@code rows}. */
    public <T> Future<T> ask(Question<T> question, RowRelay rows) {
        return ask(question, Optional.of(rows));
    }

    private synchronized <T> Future<T> ask(Question<T> question, Optional<RowRelay> rows) {
        if (refusal.isPresent()) {
            return Future.failedFuture(refusal.get());
        }
        if (closed) {
            return Future.failedFuture(new ConnectorException(FlowErrors.cancelled()));
        }
        Asked<T> asked = new Asked<>(question, rows);
        tasks.add(asked);
        return asked.answer.future();
    }

    /** Ends it for good. Returns at once. */
    public synchronized void cancel() {
        cancelled = true;
        instance.ifPresent(ConnectorInstance::cancel);
        close();
    }

    /** Ends it when all is answered. Returns at once. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            tasks.add(new Goodbye());
        }
    }

    /** Done when the guest is gone and its memory freed. */
    public Future<Void> ended() {
        return ended.future();
    }

    private void live() {
        try (ConnectorInstance made = connector.instantiate(role, InstanceSettings.DEFAULT, new DialogPort(), state)) {
            adopt(made);
            made.open(config);
            while (tasks.take().run(made)) {}
        } catch (ConnectorException e) {
            LOG.log(Level.DEBUG, () -> name() + " left a dialog: " + e.getMessage());
            refuseAll(e);
        } catch (Throwable e) {
            LOG.log(Level.ERROR, name() + " failed in the host", e);
            refuseAll(defect(e));
        } finally {
            ended.complete();
        }
    }

    private synchronized void adopt(ConnectorInstance made) {
        instance = Optional.of(made);
        if (cancelled) {
            made.cancel();
        }
    }

    private synchronized void refuseAll(ConnectorException why) {
        refusal = Optional.of(why);
        tasks.forEach(task -> task.refuse(why));
    }

    private ConnectorException defect(Throwable cause) {
        return new ConnectorException(
                FlowErrors.defect("stage.defect", "the host failed while " + name() + " ran: " + cause), cause);
    }

    private String name() {
        return connector.manifest().shortName();
    }

    private final class Asked<T> implements Task {
        private final Question<T> question;
        private final Optional<RowRelay> rows;
        private final Promise<T> answer = Promise.promise();

        Asked(Question<T> question, Optional<RowRelay> rows) {
            this.question = question;
            this.rows = rows;
        }

        @Override
        public boolean run(ConnectorInstance instance) {
            relay = rows;
            try {
                answer.complete(question.ask(instance));
            } catch (ConnectorException e) {
                answer.fail(e);
            } catch (RuntimeException e) {
                answer.fail(defect(e));
            } finally {
                relay = Optional.empty();
            }
            return true;
        }

        @Override
        public void refuse(ConnectorException why) {
            answer.fail(why);
        }
    }

    private static final class Goodbye implements Task {
        @Override
        public boolean run(ConnectorInstance instance) {
            return false;
        }

        @Override
        public void refuse(ConnectorException why) {}
    }

    /** Rows pass where the question brought a relay; there is no run, so there are no barriers. */
    private final class DialogPort implements GuestPort {
        @Override
        public void emit(ByteBuffer ipc) throws ConnectorException {
            rows("emit-batch").put(ipc);
        }

        @Override
        public void acceptForm(String form) {}

        @Override
        public boolean formAccepted(String form) {
            return false;
        }

        @Override
        public Inbound next() throws ConnectorException {
            return rows("next-batch").take();
        }

        private RowRelay rows(String call) throws ConnectorException {
            if (relay.isEmpty()) {
                throw outsideOfRun(call);
            }
            return relay.get();
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

        @Override
        public void schemaChanged(String change) throws ConnectorException {
            throw outsideOfRun("schema-changed");
        }

        @Override
        public boolean pause(Duration most) throws ConnectorException {
            throw outsideOfRun("pause");
        }

        @Override
        public List<CursorValue> durableCursors() throws ConnectorException {
            throw outsideOfRun("durable-cursors");
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
            synchronized (GuestDialog.this) {
                return cancelled;
            }
        }
    }
}
