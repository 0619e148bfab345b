package io.rapidbyte.engine;

import io.rapidbyte.config.Resources;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.EdgeAddress;
import io.rapidbyte.flow.EdgeWindow;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.StreamContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Those who work in the pipeline. */
final class ConnectorCrew implements Crew {
    private final Cast cast;
    private final Resources resources;
    private final int streamIndex;

    /** @param streamIndex place of the stream in the pipeline, from 0 */
    ConnectorCrew(Cast cast, Resources resources, int streamIndex) {
        this.cast = cast;
        this.resources = resources;
        this.streamIndex = streamIndex;
    }

    @Override
    public List<Stage> stages(StreamContext stream, ConnectorState state) {
        EdgeWindow window = new EdgeWindow(resources.limits().maxInflightBatches(), EdgeWindow.DEFAULT_BYTES);
        List<Stage> stages = new ArrayList<>();
        int last = cast.parts().size() - 1;
        for (int i = 0; i <= last; i++) {
            Part part = cast.parts().get(i);
            StagePlan plan = new StagePlan(
                    part.stage(),
                    part.name(),
                    part.role(),
                    stream,
                    i == 0 ? Optional.empty() : Optional.of(edge(stream, i - 1)),
                    i == last ? Optional.empty() : Optional.of(edge(stream, i)),
                    window,
                    resources.compression(),
                    StagePlan.Patience.DEFAULT);
            stages.add(new Stage(plan, part.maker(stream, state)));
        }
        return stages;
    }

    private EdgeAddress edge(StreamContext stream, int edgeIndex) {
        return new EdgeAddress(stream.run().runId(), streamIndex, stream.run().attempt(), edgeIndex);
    }

    @Override
    public Inquiry inquiry(StreamContext stream, ConnectorState state) {
        return cast.destination().inquiry(stream, state);
    }
}
