package io.rapidbyte.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.model.FailureKind;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.state.DeadLetter;
import io.rapidbyte.state.Load;
import io.rapidbyte.state.LoadFrontier;
import io.rapidbyte.state.OpenRun;
import io.rapidbyte.state.ReplayedLetter;
import io.rapidbyte.state.StateStore;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds out which dead letters of a replay the destination has taken: those of the frontier but for the rows that it
 * rejects. Of letters with equal rows any will do.
 */
final class ReplayBook implements Rejections {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final StateStore store;
    private final OpenRun run;
    private final Load start;
    private final ReplayQueue queue;

    /** The guest thread's own. */
    private long prepared;

    ReplayBook(StateStore store, OpenRun run, Load start, ReplayQueue queue) {
        this.store = store;
        this.run = run;
        this.start = start;
        this.queue = queue;
    }

    /** They are kept already. */
    @Override
    public void add(RejectedRecord row) {}

    @Override
    public Future<Void> prepare(long sequence, List<RejectedRecord> rows, String schema) {
        prepared = sequence;
        return store.prepareReplay(run, start, sequence, fates(queue.frontier(sequence - start.sequence()), rows));
    }

    private List<ReplayedLetter> fates(List<DeadLetter> letters, List<RejectedRecord> rejected) {
        Map<JsonNode, Deque<RejectedRecord>> refusals = new HashMap<>();
        for (RejectedRecord row : rejected) {
            refusals.computeIfAbsent(parse(row), values -> new ArrayDeque<>()).add(row);
        }
        List<ReplayedLetter> fates = new ArrayList<>();
        int found = 0;
        for (DeadLetter letter : letters) {
            Deque<RejectedRecord> equal = refusals.isEmpty()
                    ? new ArrayDeque<>()
                    : refusals.getOrDefault(parse(letter.rejected()), new ArrayDeque<>());
            Optional<RejectedRecord> refusal = Optional.ofNullable(equal.poll());
            found += refusal.isPresent() ? 1 : 0;
            fates.add(new ReplayedLetter(letter.id(), refusal));
        }
        if (found != rejected.size()) {
            throw unknownRow("which is none of those that it was given");
        }
        return fates;
    }

    private JsonNode parse(RejectedRecord row) {
        try {
            return JSON.readTree(row.row());
        } catch (JsonProcessingException e) {
            throw unknownRow("which is no JSON");
        }
    }

    private FailureException unknownRow(String why) {
        return new FailureException(new Failure(
                FailureKind.INTERNAL,
                ConnectorError.permanent(
                        ErrorCategory.INTERNAL,
                        "replay.unknown-row",
                        "the destination rejected a row of stream " + start.stream() + ", " + why
                                + "; nothing was committed, and this is a defect of the destination connector"),
                Optional.of(start.stream()),
                Optional.empty()));
    }

    @Override
    public Future<Void> save(LoadFrontier frontier) {
        // A destination that has not prepared has rejected nothing either, else its stage would have done it.
        Future<Void> noted = prepared == frontier.sequence()
                ? Future.succeededFuture()
                : prepare(frontier.sequence(), List.of(), "");
        return noted.compose(done -> store.saveReplayed(run, frontier));
    }

    @Override
    public void close() {}
}
