package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.config.StreamSettings;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import io.rapidbyte.state.KeptLetter;
import io.rapidbyte.state.KeptLetter.Standing;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The dead letters that a replay takes, by stream. */
final class ReplaySelection {
    private final Set<String> known;
    private final Map<String, List<KeptLetter>> asked = new LinkedHashMap<>();

    private ReplaySelection(Set<String> known) {
        this.known = known;
    }

    /**
     * Selects.
     *
     * @param letters all that the pipeline has, by growing id
     * @throws FailureException if a stream or a dead letter that was asked for is not there, or the mode is not right
     */
    static ReplaySelection of(Pipeline pipeline, ReplayOptions options, List<KeptLetter> letters) {
        Set<String> known = new LinkedHashSet<>(pipeline.source().streamNames());
        requireStreams(known, options);
        requireMode(pipeline, options);
        Set<Long> ids = new HashSet<>(options.ids());
        ReplaySelection selection = new ReplaySelection(known);
        // The pipeline's own first, in its order.
        known.forEach(stream -> selection.asked.put(stream, new ArrayList<>()));
        for (KeptLetter letter : letters) {
            boolean byId = options.ids().isEmpty() || ids.remove(letter.id());
            if (byId && (options.streams().isEmpty() || options.streams().contains(letter.stream()))) {
                selection
                        .asked
                        .computeIfAbsent(letter.stream(), stream -> new ArrayList<>())
                        .add(letter);
            }
        }
        requireAllFound(pipeline, options, ids);
        requireNoChanges(pipeline, selection);
        return selection;
    }

    private static void requireStreams(Set<String> known, ReplayOptions options) {
        for (String name : options.streams()) {
            if (!known.contains(name)) {
                throw refused(
                        FailureKind.CONFIG,
                        "replay.unknown-stream",
                        "the pipeline has no stream " + name + "; it has " + String.join(", ", known));
            }
        }
    }

    private static void requireMode(Pipeline pipeline, ReplayOptions options) {
        if (options.overwrite() && pipeline.destination().writeMode() != WriteMode.UPSERT) {
            throw refused(
                    FailureKind.CONFIG,
                    "replay.overwrite",
                    "rows can take the place of others only by a key, in a pipeline with write_mode: upsert; this one has "
                            + ReportJson.word(pipeline.destination().writeMode()));
        }
    }

    private static void requireAllFound(Pipeline pipeline, ReplayOptions options, Set<Long> absent) {
        Optional<Long> first = options.ids().stream().filter(absent::contains).findFirst();
        if (first.isPresent()) {
            throw refused(
                    FailureKind.STATE,
                    "dlq.unknown",
                    "pipeline " + pipeline.name() + " has no dead letter " + first.get()
                            + "; rapidbyte dlq list shows those there are");
        }
    }

    /** A change that was rejected must not come behind newer ones of its row: it would put old values back (I23). */
    private static void requireNoChanges(Pipeline pipeline, ReplaySelection selection) {
        for (StreamSettings stream : pipeline.source().streams()) {
            if (stream.syncMode() == SyncMode.CDC
                    && !selection.asked.getOrDefault(stream.name(), List.of()).isEmpty()) {
                throw refused(
                        FailureKind.CONFIG,
                        "replay.changes",
                        "the dead letters of stream " + stream.name()
                                + " are changes, and newer ones may have been written since: a replay could put old values back. "
                                + "Mend the target with rapidbyte verify --repair, or name other streams with --stream");
            }
        }
    }

    private static FailureException refused(FailureKind kind, String code, String message) {
        return new FailureException(new Failure(kind, ConnectorError.permanent(ErrorCategory.CONFIG, code, message)));
    }

    /** By stream, of the pipeline's streams that have any. */
    Map<String, List<KeptLetter>> letters() {
        Map<String, List<KeptLetter>> missing = new LinkedHashMap<>();
        asked.forEach((stream, letters) -> {
            List<KeptLetter> those = standing(stream, Standing.MISSING);
            if (known.contains(stream) && !those.isEmpty()) {
                missing.put(stream, those);
            }
        });
        return missing;
    }

    private List<KeptLetter> standing(String stream, Standing standing) {
        return asked.getOrDefault(stream, List.of()).stream()
                .filter(letter -> letter.standing() == standing)
                .toList();
    }

    ReplayPreview preview() {
        List<ReplayPreview.Stream> streams = new ArrayList<>();
        asked.forEach((stream, letters) -> {
            if (!letters.isEmpty()) {
                streams.add(preview(stream, letters));
            }
        });
        return new ReplayPreview(streams);
    }

    private ReplayPreview.Stream preview(String stream, List<KeptLetter> letters) {
        if (!known.contains(stream)) {
            return new ReplayPreview.Stream(stream, 0, 0, 0, letters.size());
        }
        return new ReplayPreview.Stream(
                stream,
                standing(stream, Standing.MISSING).size(),
                standing(stream, Standing.UNFINISHED).size(),
                standing(stream, Standing.OBSOLETE).size(),
                0);
    }
}
