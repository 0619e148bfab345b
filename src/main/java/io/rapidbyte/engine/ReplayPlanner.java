package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.PipelineException;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.StreamPolicies;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import io.rapidbyte.state.KeptLetter;
import io.rapidbyte.state.StateStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Plans replays of dead letters: a load of its own for each stream, into the table that is there. */
final class ReplayPlanner {
    /**
     * Follows a pipeline's name in the destination's receipts of replays, so that these are no receipts of the streams' own
     * loads. No name of a pipeline has blanks.
     */
    static final String RECEIPTS_SUFFIX = " (replay)";

    private final Players players;

    ReplayPlanner(Players players) {
        this.players = players;
    }

    /** The streams that have anything to replay, in the order of the pipeline. Blocks on files. */
    List<StreamPlan> plan(
            Pipeline pipeline, ReplayOptions options, String runId, StateStore store, List<KeptLetter> kept)
            throws PipelineException {
        Map<String, List<KeptLetter>> letters =
                ReplaySelection.of(pipeline, options, kept).letters();
        WriteMode mode = mode(pipeline, options);
        Part destination = Preflight.checkDestination(players, pipeline, mode);
        List<StreamPlan> plans = new ArrayList<>();
        letters.forEach((name, those) -> {
            StreamContext stream = context(pipeline, name, mode, runId);
            ReplayQueue queue = new ReplayQueue(those, stream.limits());
            plans.add(new StreamPlan(
                    stream,
                    Fingerprint.of(new Cast(List.of(destination)), stream),
                    new ReplayCrew(store, queue, destination, pipeline.resources(), plans.size()),
                    Optional.of(queue)));
        });
        return plans;
    }

    /**
     * A replay adds to the table and never takes its place. Where rows are upserted, the key's index refuses one whose key
     * is there by now, as that row may be newer; unless the user wants it otherwise.
     */
    private static WriteMode mode(Pipeline pipeline, ReplayOptions options) {
        return switch (pipeline.destination().writeMode()) {
            case APPEND, REPLACE -> WriteMode.APPEND;
            case UPSERT -> options.overwrite() ? WriteMode.UPSERT : WriteMode.APPEND;
        };
    }

    private static StreamContext context(Pipeline pipeline, String name, WriteMode mode, String runId) {
        return new StreamContext(
                name,
                SyncMode.FULL_REFRESH,
                mode,
                pipeline.destination().primaryKey(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                pipeline.resources().limits(),
                // A row that is refused again has to stay, whatever the pipeline does with new ones.
                new StreamPolicies(
                        DataErrorPolicy.DLQ, pipeline.destination().policies().schemaEvolution()),
                Optional.empty(),
                RunIdentity.outsideOfRuns(pipeline.name() + RECEIPTS_SUFFIX, runId));
    }
}
