package io.rapidbyte.engine;

import io.rapidbyte.flow.EdgeCounts;
import io.rapidbyte.model.DataErrorPolicy;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.RunStatus;
import io.rapidbyte.model.StreamReport;
import io.rapidbyte.state.Load;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What a stream comes to over all attempts of a run. On the orchestrator's event loop. */
final class StreamTotals {
    /** A stream that has more to warn of than this has one thing to warn of: itself. */
    private static final int MAX_WARNINGS = 100;

    private final StreamPlan plan;
    private final Set<String> warnings = new LinkedHashSet<>();
    private final Map<String, Duration> timings = new TreeMap<>();
    private Map<String, Double> metrics = Map.of();
    private long furtherWarnings;
    private EdgeCounts read = EdgeCounts.NONE;
    private long skipped;

    /** Where this run began; what the load has beyond it was written by this run. */
    private Optional<Load> start = Optional.empty();

    StreamTotals(StreamPlan plan) {
        this.plan = plan;
    }

    void warned(String message) {
        if (warnings.size() < MAX_WARNINGS) {
            warnings.add(message);
        } else if (!warnings.contains(message)) {
            furtherWarnings++;
        }
    }

    /** An attempt is about to begin at {@code load}; only the first says where the run does. */
    void beginsAt(Load load) {
        boolean another = start.isEmpty() || !start.get().loadId().equals(load.loadId());
        if (another) {
            start = Optional.of(load);
        }
    }

    /** An attempt has ended. */
    void add(StreamTally attempt) {
        read = read.plus(attempt.read());
        attempt.timings().forEach((what, time) -> timings.merge(what, time, Duration::plus));
        metrics = attempt.metrics();
        if (plan.settings().policies().onDataError() == DataErrorPolicy.SKIP) {
            skipped += attempt.rejected();
        }
    }

    /** What left the source in the attempts that have ended. */
    EdgeCounts read() {
        return read;
    }

    /** @param book of the stream, which knows how far its load has got */
    StreamReport report(RunStatus status, Duration duration, StreamBook book, int attempts, Optional<Failure> failure) {
        Load load = book.load();
        long taken = load.rows() - start.map(Load::rows).orElse(load.rows());
        long rejected = load.rejected() - start.map(Load::rejected).orElse(load.rejected()) + skipped;
        return new StreamReport(
                plan.name(),
                status,
                read.rows(),
                taken - rejected,
                rejected,
                read.bytes(),
                read.batches(),
                attempts,
                start.filter(from -> from.sequence() > 0).map(Load::rows),
                duration,
                warnings(),
                book.schemaChanges(),
                timings,
                metrics,
                failure);
    }

    private List<String> warnings() {
        List<String> all = new ArrayList<>(warnings);
        if (furtherWarnings > 0) {
            all.add(furtherWarnings + " further warnings are in the log");
        }
        return all;
    }
}
