package io.rapidbyte.flow;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;

/** One question to a connector without a stream to work on, such as {@code validate} or {@code resume}: a dialog of one question. */
public final class GuestErrand<T> {
    /** Five minutes: discovering thousands of tables over a slow line takes one or two. */
    public static final Duration LIMIT = Duration.ofMinutes(5);

    private final Connector connector;
    private final ConnectorRole role;
    private final ObjectNode config;
    private final ConnectorState state;
    private final GuestDialog.Question<T> question;

    // guarded by this
    private Optional<GuestDialog> dialog = Optional.empty();
    private boolean cancelled;

    /** @param state what the connector keeps; outlives the errand */
    public GuestErrand(
            Connector connector,
            ConnectorRole role,
            ObjectNode config,
            ConnectorState state,
            GuestDialog.Question<T> question) {
        this.connector = connector;
        this.role = role;
        this.config = config;
        this.state = state;
        this.question = question;
    }

    /**
     * Starts the guest and asks. The future completes on {@code context} when the guest is gone; it fails
     * with the connector's {@link ConnectorException}, which after {@link #LIMIT} is of category cancelled.
     */
    public Future<T> run(Vertx vertx, Context context) {
        GuestDialog asked = begin();
        Future<T> told = asked.ask(question);
        asked.close();
        Promise<T> answer = Promise.promise();
        asked.ended().eventually(() -> told).onComplete(done -> context.runOnContext(v -> told.onComplete(answer)));
        long timer = vertx.setTimer(LIMIT.toMillis(), t -> cancel());
        return answer.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    private synchronized GuestDialog begin() {
        GuestDialog begun = new GuestDialog(connector, role, config, state);
        dialog = Optional.of(begun);
        if (cancelled) {
            begun.cancel();
        }
        return begun;
    }

    /** Ends it for good. Any thread; returns at once. */
    public synchronized void cancel() {
        cancelled = true;
        dialog.ifPresent(GuestDialog::cancel);
    }
}
