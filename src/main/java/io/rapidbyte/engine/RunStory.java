package io.rapidbyte.engine;

import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.RunEvent;
import io.rapidbyte.model.RunReport;
import io.rapidbyte.model.RunTracer;
import io.rapidbyte.model.StageTrace;
import io.rapidbyte.model.StreamReport;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells a run's events, numbered, to who traces it, to whoever started it, and to the event bus. On the orchestrator's event loop. */
final class RunStory {
    private static final Logger LOG = System.getLogger(RunStory.class.getName());

    private final String runId;
    private final EventBus bus;
    private final RunTracer tracer;
    private final Consumer<RunEvent> listener;
    private long sequence;

    RunStory(String runId, EventBus bus, RunTracer tracer, Consumer<RunEvent> listener) {
        this.runId = runId;
        this.bus = bus;
        this.tracer = tracer;
        this.listener = listener;
    }

    void runStarted(String pipeline, List<String> streams) {
        tell(new RunEvent.RunStarted(runId, ++sequence, Instant.now(), pipeline, streams));
    }

    void streamStarted(String stream) {
        tell(new RunEvent.StreamStarted(runId, ++sequence, Instant.now(), stream));
    }

    void progress(String stream, Standing now) {
        tell(new RunEvent.StreamProgress(
                runId,
                ++sequence,
                Instant.now(),
                stream,
                now.read().rows(),
                now.read().bytes(),
                now.rowsOut(),
                now.rowsRejected(),
                now.rowsExpected(),
                now.limitedBy(),
                now.edges().stream()
                        .map(edge -> new RunEvent.Edge(edge.rows(), edge.bytes()))
                        .toList()));
    }

    void retrying(String stream, int attempt, ConnectorError error, Duration delay) {
        tell(new RunEvent.StreamRetrying(
                runId, ++sequence, Instant.now(), stream, attempt, error.code(), error.message(), delay));
    }

    void frontierCommitted(String stream, long frontier, long rows, boolean last, Duration savedIn) {
        tell(new RunEvent.FrontierCommitted(runId, ++sequence, Instant.now(), stream, frontier, rows, last, savedIn));
    }

    void streamFinished(StreamReport report) {
        tell(new RunEvent.StreamFinished(runId, ++sequence, Instant.now(), report));
    }

    void log(String stream, String stage, String level, String message) {
        tell(new RunEvent.Log(runId, ++sequence, Instant.now(), Optional.of(stream), stage, level, message));
    }

    void runFinished(RunReport report) {
        tell(new RunEvent.RunFinished(runId, ++sequence, Instant.now(), report));
    }

    /** A stage of an attempt begins. */
    StageTrace trace(StagePlan stage) {
        try {
            return tracer.stage(runId, stage.stream().name(), stage.name(), stage.connector());
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, stage.label() + " of run " + runId + " could not be traced", e);
            return StageTrace.NONE;
        }
    }

    private void tell(RunEvent event) {
        tell(tracer::heard, event);
        tell(listener, event);
        JsonObject json = new JsonObject(RunEventJson.encode(event).toString());
        bus.publish(RunAddresses.events(runId), json);
        bus.publish(RunAddresses.ALL_EVENTS, json);
    }

    private void tell(Consumer<RunEvent> hearer, RunEvent event) {
        try {
            hearer.accept(event);
        } catch (RuntimeException e) {
            // A listener's defect is not the run's.
            LOG.log(Level.ERROR, "a listener failed on an event of run " + runId, e);
        }
    }
}
