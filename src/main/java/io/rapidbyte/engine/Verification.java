package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.engine.Difference.Kind;
import io.rapidbyte.engine.StreamVerdict.Status;
import io.rapidbyte.model.ComparableTable;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RepairSummary;
import io.rapidbyte.model.StreamContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Compares the streams of a pipeline one by one, and mends what may be mended. Blocks; one thread. */
final class Verification {
    /** Beyond so many keys a table is better loaded again; a list of them takes some tens of megabytes. */
    static final int MAX_DIFFERENCES = 100_000;

    private final Pipeline pipeline;
    private final VerifyOptions options;
    private final GuestTables guests;

    Verification(Pipeline pipeline, VerifyOptions options, GuestTables guests) {
        this.pipeline = pipeline;
        this.options = options;
        this.guests = guests;
    }

    /** What keeps a pipeline from being verified at all; to be asked before a guest is started. */
    static Optional<Failure> refusal(Pipeline pipeline, VerifyOptions options) {
        if (!pipeline.transforms().isEmpty() && !options.countOnly()) {
            return Optional.of(refused(
                    "verify.transforms",
                    "the pipeline's transforms change values on purpose, so its target is not to equal its source;"
                            + " compare the numbers of rows alone: --count-only"));
        }
        List<String> known = pipeline.source().streams().stream()
                .map(stream -> stream.name())
                .toList();
        return options.streams().stream()
                .filter(name -> !known.contains(name))
                .findFirst()
                .map(name -> refused(
                        "verify.unknown-stream",
                        "the pipeline has no stream " + name + "; it has " + String.join(", ", known)));
    }

    private static Failure refused(String code, String message) {
        return new Failure(FailureKind.CONFIG, ConnectorError.permanent(ErrorCategory.CONFIG, code, message));
    }

    VerifyReport run() {
        long start = System.nanoTime();
        List<StreamVerdict> verdicts = new ArrayList<>();
        for (StreamContext stream : ConnectorPlanner.comparedContexts(pipeline, RunIds.next())) {
            if (options.streams().isEmpty() || options.streams().contains(stream.name())) {
                verdicts.add(judge(stream));
            }
        }
        return new VerifyReport(verdicts, since(start));
    }

    private StreamVerdict judge(StreamContext stream) {
        long start = System.nanoTime();
        Draft draft = new Draft(stream.name());
        try {
            judge(stream, draft);
        } catch (FailureException e) {
            draft.status = Status.FAILED;
            draft.failure = Optional.of(e.failure());
        }
        return draft.verdict(since(start));
    }

    private void judge(StreamContext stream, Draft draft) {
        Both<ComparableTable> tables = guests.describe(stream);
        Agreement agreement = options.countOnly()
                ? Agreement.onCounts(stream)
                : Agreement.of(stream, tables.source(), tables.target());
        draft.notes.addAll(agreement.notes());
        Bisection bisection = new Bisection(guests.of(agreement.comparison()), MAX_DIFFERENCES);
        draft.result = agreement.hasKey() ? bisection.byKey(tables.source().estimatedRows()) : bisection.asWholes();
        draft.differences = draft.result.differences();
        draft.status = draft.result.equal() ? Status.EQUAL : Status.DIFFERENT;
        if (draft.status == Status.DIFFERENT && options.repair() != VerifyOptions.Repair.NONE) {
            repair(agreement, bisection, draft);
        }
    }

    private void repair(Agreement agreement, Bisection bisection, Draft draft) {
        if (!agreement.hasKey()) {
            draft.notes.add("not repaired: without a key the rows that differ cannot be named");
            return;
        }
        if (!draft.result.complete()) {
            draft.notes.add(String.format(
                    Locale.ROOT, "not repaired: more than %,d keys differ; run the pipeline again", MAX_DIFFERENCES));
            return;
        }
        boolean mayDelete = options.repair() == VerifyOptions.Repair.WRITE_AND_DELETE;
        List<List<String>> delete = mayDelete ? keys(draft.differences, Kind.EXTRA, Kind.SURPLUS) : List.of();
        List<List<String>> write = mayDelete
                ? keys(draft.differences, Kind.MISSING, Kind.DIFFERENT, Kind.SURPLUS)
                : keys(draft.differences, Kind.MISSING, Kind.DIFFERENT);
        if (write.size() + delete.size() > 0) {
            draft.repaired = Optional.of(guests.repair(agreement.comparison(), write, delete));
            draft.differences = bisection.stillDifferent(draft.differences);
        }
        if (draft.differences.isEmpty()) {
            draft.status = Status.REPAIRED;
        } else if (!mayDelete
                && keys(draft.differences, Kind.EXTRA, Kind.SURPLUS).size() > 0) {
            draft.notes.add("rows that only the target has are deleted with --repair --delete-extra");
        }
    }

    private static List<List<String>> keys(List<Difference> differences, Kind... kinds) {
        List<Kind> wanted = List.of(kinds);
        return differences.stream()
                .filter(difference -> wanted.contains(difference.kind()))
                .map(Difference::key)
                .toList();
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** A verdict in the making. */
    private static final class Draft {
        private final String streamName;
        private final List<String> notes = new ArrayList<>();
        private Status status = Status.FAILED;
        private Bisection.Result result = new Bisection.Result(0, 0, 0, List.of(), false, false);
        private List<Difference> differences = List.of();
        private Optional<RepairSummary> repaired = Optional.empty();
        private Optional<Failure> failure = Optional.empty();

        Draft(String streamName) {
            this.streamName = streamName;
        }

        StreamVerdict verdict(Duration duration) {
            return new StreamVerdict(
                    streamName,
                    status,
                    result.sourceRows(),
                    result.targetRows(),
                    result.ranges(),
                    differences,
                    result.complete(),
                    repaired,
                    notes,
                    failure,
                    duration);
        }
    }
}
