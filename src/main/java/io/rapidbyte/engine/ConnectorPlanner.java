package io.rapidbyte.engine;

import io.rapidbyte.config.CursorSettings;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.Resources;
import io.rapidbyte.config.StreamSettings;
import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.connector.ConnectorState;
import io.rapidbyte.flow.ConnectorGuest;
import io.rapidbyte.flow.EdgeAddress;
import io.rapidbyte.flow.EdgeWindow;
import io.rapidbyte.flow.StagePlan;
import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.StreamContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans runs of the catalogue's connectors: streams, stages and the edges between them. */
final class ConnectorPlanner implements RunPlanner {
    /** Retries are refused by the configuration, so the first attempt is the only one. */
    private static final int FIRST_ATTEMPT = 1;

    private final ConnectorCatalog catalog;

    ConnectorPlanner(ConnectorCatalog catalog) {
        this.catalog = catalog;
    }

    @Override
    public List<StreamPlan> plan(Pipeline pipeline, String runId) throws PipelineException {
        Cast cast = Preflight.check(catalog, pipeline);
        ConnectorState state = new ConnectorState();
        List<StreamContext> contexts = contexts(pipeline, runId);
        List<StreamPlan> streams = new ArrayList<>();
        for (int i = 0; i < contexts.size(); i++) {
            streams.add(new StreamPlan(
                    contexts.get(i).name(), stages(cast, pipeline.resources(), contexts.get(i), i, state)));
        }
        return streams;
    }

    private static List<StreamPlan.Stage> stages(
            Cast cast, Resources resources, StreamContext stream, int streamIndex, ConnectorState state) {
        EdgeWindow window = new EdgeWindow(resources.limits().maxInflightBatches(), EdgeWindow.DEFAULT_BYTES);
        List<StreamPlan.Stage> stages = new ArrayList<>();
        int last = cast.parts().size() - 1;
        for (int i = 0; i <= last; i++) {
            Cast.Part part = cast.parts().get(i);
            StagePlan plan = new StagePlan(
                    part.stage(),
                    part.connector().manifest().shortName(),
                    part.role(),
                    stream,
                    i == 0 ? Optional.empty() : Optional.of(edge(stream, streamIndex, i - 1)),
                    i == last ? Optional.empty() : Optional.of(edge(stream, streamIndex, i)),
                    window,
                    resources.compression(),
                    StagePlan.Patience.DEFAULT);
            stages.add(new StreamPlan.Stage(
                    plan, ConnectorGuest.maker(part.connector(), part.role(), part.config(), stream, state)));
        }
        return stages;
    }

    private static EdgeAddress edge(StreamContext stream, int streamIndex, int edgeIndex) {
        return new EdgeAddress(stream.run().runId(), streamIndex, edgeIndex);
    }

    /** What the connectors are told about each stream. */
    static List<StreamContext> contexts(Pipeline pipeline, String runId) {
        RunIdentity identity = new RunIdentity(pipeline.name(), runId, runId, FIRST_ATTEMPT);
        return pipeline.source().streams().stream()
                .map(stream -> context(pipeline, stream, identity))
                .toList();
    }

    private static StreamContext context(Pipeline pipeline, StreamSettings stream, RunIdentity identity) {
        return new StreamContext(
                stream.name(),
                stream.syncMode(),
                pipeline.destination().writeMode(),
                pipeline.destination().primaryKey(),
                stream.columns(),
                stream.cursor().map(ConnectorPlanner::cursor),
                Optional.empty(),
                Optional.empty(),
                pipeline.resources().limits(),
                pipeline.destination().policies(),
                Optional.empty(),
                identity);
    }

    private static Cursor cursor(CursorSettings settings) {
        return new Cursor(
                settings.field(),
                settings.tieBreakerField(),
                Optional.empty(),
                settings.nulls(),
                settings.lagSeconds());
    }
}
