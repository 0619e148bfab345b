package io.rapidbyte.engine;

import io.rapidbyte.config.CursorSettings;
import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.config.StreamSettings;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.CursorNulls;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.SyncMode;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Plans runs of those whom pipelines name. */
final class ConnectorPlanner implements RunPlanner {
    private static final System.Logger LOG = System.getLogger(ConnectorPlanner.class.getName());

    private static final String LOG_PLACE = "_rb_lsn";

    private final Players players;

    ConnectorPlanner(Players players) {
        this.players = players;
    }

    @Override
    public List<StreamPlan> plan(Pipeline pipeline, String runId) throws PipelineException {
        Cast cast = Preflight.check(players, pipeline);
        load(cast);
        List<StreamContext> contexts = contexts(pipeline, runId);
        List<StreamPlan> streams = new ArrayList<>();
        for (int i = 0; i < contexts.size(); i++) {
            StreamContext stream = contexts.get(i);
            streams.add(new StreamPlan(
                    stream, Fingerprint.of(cast, stream), new ConnectorCrew(cast, pipeline.resources(), i)));
        }
        return streams;
    }

    /** While the state is being opened: the first run of a process waits for the slower of the two. */
    private static void load(Cast cast) {
        for (Part part : cast.parts()) {
            try {
                part.load();
            } catch (ConnectorException e) {
                // Whoever makes an instance meets it again, and there it is a stage's failure.
                LOG.log(Level.DEBUG, () -> part.label() + " could not be loaded: " + e.getMessage());
            }
        }
    }

    /** What the connectors are told about each stream outside of a run; an attempt adds its identity. */
    static List<StreamContext> contexts(Pipeline pipeline, String runId) {
        RunIdentity identity = RunIdentity.outsideOfRuns(pipeline.name(), runId);
        return pipeline.source().streams().stream()
                .map(stream -> context(pipeline, stream, identity))
                .toList();
    }

    /**
     * The same for a comparison, which looks at all of a table however it was loaded, and for its repair,
     * which has no dead letters.
     */
    static List<StreamContext> comparedContexts(Pipeline pipeline, String runId) {
        return contexts(pipeline, runId).stream()
                .map(stream -> new StreamContext(
                        stream.name(),
                        SyncMode.FULL_REFRESH,
                        stream.writeMode(),
                        stream.primaryKey(),
                        stream.selectedColumns(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        stream.limits(),
                        new StreamPolicies(
                                DataErrorPolicy.FAIL, stream.policies().schemaEvolution()),
                        Optional.empty(),
                        stream.run()))
                .toList();
    }

    private static StreamContext context(Pipeline pipeline, StreamSettings stream, RunIdentity identity) {
        return new StreamContext(
                stream.name(),
                stream.syncMode(),
                pipeline.destination().writeMode(),
                pipeline.destination().primaryKey(),
                stream.columns(),
                cursor(pipeline, stream),
                Optional.empty(),
                Optional.empty(),
                pipeline.resources().limits(),
                pipeline.destination().policies(),
                Optional.empty(),
                identity);
    }

    /** A stream of changes has no column for a cursor, but a place in its source's log. */
    private static Optional<Cursor> cursor(Pipeline pipeline, StreamSettings stream) {
        return stream.syncMode() == SyncMode.CDC
                ? Optional.of(new Cursor(
                        LOG_PLACE,
                        Optional.empty(),
                        Optional.empty(),
                        CursorNulls.EXCLUDE,
                        0,
                        List.of(),
                        pipeline.source().follow().map(Duration::toMillis)))
                : stream.cursor().map(ConnectorPlanner::cursor);
    }

    private static Cursor cursor(CursorSettings settings) {
        return new Cursor(
                settings.field(),
                settings.tieBreakerField(),
                Optional.empty(),
                settings.nulls(),
                settings.lagSeconds(),
                List.of(),
                Optional.empty());
    }
}
