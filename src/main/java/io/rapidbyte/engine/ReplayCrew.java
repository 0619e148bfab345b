package io.rapidbyte.engine;

import io.rapidbyte.config.Resources;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.EdgeAddress;
import io.rapidbyte.flow.EdgeWindow;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.state.StateStore;
import java.util.List;
import java.util.Optional;

/** The dead letters of a stream, and the destination that they go to once more. */
final class ReplayCrew implements Crew {
    private final StateStore store;
    private final ReplayQueue queue;
    private final Part destination;
    private final Resources resources;
    private final int streamIndex;

    /** @param streamIndex place of the stream in the replay, from 0 */
    ReplayCrew(StateStore store, ReplayQueue queue, Part destination, Resources resources, int streamIndex) {
        this.store = store;
        this.queue = queue;
        this.destination = destination;
        this.resources = resources;
        this.streamIndex = streamIndex;
    }

    @Override
    public List<Stage> stages(StreamContext stream, ConnectorState state) {
        EdgeAddress edge =
                new EdgeAddress(stream.run().runId(), streamIndex, stream.run().attempt(), 0);
        Stage letters = new Stage(
                plan("source", "dead letters", ConnectorRole.SOURCE, stream, Optional.empty(), Optional.of(edge)),
                (port, trace) -> new LetterSource(store, queue, stream, port));
        Stage writer = new Stage(
                plan(
                        destination.stage(),
                        destination.name(),
                        destination.role(),
                        stream,
                        Optional.of(edge),
                        Optional.empty()),
                destination.maker(stream, state));
        return List.of(letters, writer);
    }

    private StagePlan plan(
            String stage,
            String connector,
            ConnectorRole role,
            StreamContext stream,
            Optional<EdgeAddress> upstream,
            Optional<EdgeAddress> downstream) {
        EdgeWindow window = new EdgeWindow(resources.limits().maxInflightBatches(), EdgeWindow.DEFAULT_BYTES);
        return new StagePlan(
                stage,
                connector,
                role,
                stream,
                upstream,
                downstream,
                window,
                resources.compression(),
                StagePlan.Patience.DEFAULT);
    }

    @Override
    public Inquiry inquiry(StreamContext stream, ConnectorState state) {
        return destination.inquiry(stream, state);
    }
}
