package io.rapidbyte.engine;

import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.RunIdentity;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.state.Load;
import io.rapidbyte.state.LoadPurpose;
import io.rapidbyte.state.LoadRequest;
import java.util.List;
import java.util.Optional;

/**
 * One stream of a run.
 *
 * @param settings what the pipeline says of the stream; where it stands comes from its load
 * @param fingerprint of what makes a load's position meaningful
 * @param replay the dead letters that are read instead of the source
 */
record StreamPlan(StreamContext settings, String fingerprint, Crew crew, Optional<ReplayQueue> replay) {
    /** Of what the source has. */
    StreamPlan(StreamContext settings, String fingerprint, Crew crew) {
        this(settings, fingerprint, crew, Optional.empty());
    }

    /** As the pipeline has it. */
    String name() {
        return settings.name();
    }

    LoadRequest request() {
        return new LoadRequest(
                name(),
                replay.isPresent() ? LoadPurpose.REPLAY : LoadPurpose.STREAM,
                settings.syncMode(),
                settings.writeMode(),
                fingerprint,
                settings.cursor().map(Cursor::field),
                settings.cursor().flatMap(Cursor::tieBreakerField));
    }

    /** Whether rows that a load has delivered would come again if it began anew, with nothing to tell them apart. */
    boolean doublesRows() {
        return settings.syncMode() == SyncMode.FULL_REFRESH
                && switch (settings.writeMode()) {
                    case APPEND -> true;
                    case REPLACE, UPSERT -> false;
                };
    }

    /**
     * What connectors are told in one attempt: the settings, where to go on, and for whom.
     *
     * @param siblings see {@link Cursor#siblings}
     */
    StreamContext context(Load load, List<CursorValue> siblings, RunIdentity identity) {
        return new StreamContext(
                settings.name(),
                settings.syncMode(),
                settings.writeMode(),
                settings.primaryKey(),
                settings.selectedColumns(),
                settings.cursor()
                        .map(cursor -> new Cursor(
                                cursor.field(),
                                cursor.tieBreakerField(),
                                load.cursor(),
                                cursor.nulls(),
                                cursor.lagSeconds(),
                                siblings,
                                cursor.follow())),
                settings.syncMode() == SyncMode.FULL_REFRESH
                        ? Optional.of(load.payload()).filter(payload -> !payload.isEmpty())
                        : Optional.empty(),
                settings.schema(),
                settings.limits(),
                settings.policies(),
                settings.partition(),
                identity);
    }
}
