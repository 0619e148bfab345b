package io.rapidbyte.engine;

import io.rapidbyte.model.StreamLimits;
import io.rapidbyte.state.DeadLetter;
import io.rapidbyte.state.DeadLetterQuery;
import io.rapidbyte.state.KeptLetter;
import java.util.ArrayList;
import java.util.List;

/**
 * The dead letters of one stream that a replay takes, by growing id, and those of the attempt under way, frontier by frontier. The
 * guest threads of both stages share it.
 */
final class ReplayQueue {
    /** Rows of a frontier lie in memory, as text and as they were, until the destination has committed them. */
    private static final long MAX_FRONTIER_CHARS = 4 << 20;

    private final List<KeptLetter> letters;
    private final long mostRows;
    private final long mostChars;

    // guarded by this
    private final List<List<DeadLetter>> frontiers = new ArrayList<>();

    /** @param limits a frontier holds no more rows than a checkpoint's, and no more bytes than a batch's */
    ReplayQueue(List<KeptLetter> letters, StreamLimits limits) {
        this.letters = List.copyOf(letters);
        long dueRows = limits.checkpointIntervalRows();
        this.mostRows = dueRows == 0 ? DeadLetterQuery.MAX_LIMIT : Math.min(DeadLetterQuery.MAX_LIMIT, dueRows);
        this.mostChars = Math.min(MAX_FRONTIER_CHARS, limits.maxBatchBytes());
    }

    /** The ids of the next frontier behind {@code id}; none at the end. */
    List<Long> behind(long id) {
        List<Long> next = new ArrayList<>();
        long chars = 0;
        for (KeptLetter letter : letters) {
            if (letter.id() <= id) {
                continue;
            }
            chars += letter.rowChars();
            if (next.size() == mostRows || (!next.isEmpty() && chars > mostChars)) {
                break;
            }
            next.add(letter.id());
        }
        return next;
    }

    /** Another attempt begins; nothing is on its way. */
    synchronized void restart() {
        frontiers.clear();
    }

    /** To be called before the destination can have seen any of them. */
    synchronized void sending(List<DeadLetter> frontier) {
        frontiers.add(frontier);
    }

    /** What lies before the {@code ordinal}th barrier of the attempt, from 1, and behind the one before it. */
    synchronized List<DeadLetter> frontier(long ordinal) {
        return ordinal <= frontiers.size() ? frontiers.get(Math.toIntExact(ordinal - 1)) : List.of();
    }
}
