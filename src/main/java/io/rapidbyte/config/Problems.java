package io.rapidbyte.config;

import io.rapidbyte.config.Origins.Mark;
import io.rapidbyte.model.Problem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Collects what is wrong with one file. Confined to the thread that reads it. */
final class Problems {
    /** More than anybody mends in one go. */
    static final int MAX_SHOWN = 100;

    private static final Mark NOWHERE = new Mark(0, 0);

    private final String file;
    private final List<Problem> problems = new ArrayList<>();
    private int unshown;

    Problems(String file) {
        this.file = file;
    }

    void add(Mark at, KeyPath key, String message) {
        add(at, key, message, Optional.empty());
    }

    void add(Mark at, KeyPath key, String message, String hint) {
        add(at, key, message, Optional.of(hint));
    }

    void add(Mark at, KeyPath key, String message, Optional<String> hint) {
        if (problems.size() == MAX_SHOWN) {
            unshown++;
            return;
        }
        problems.add(new Problem(file, at.line(), at.column(), key.dotted(), message, hint));
    }

    /** For what concerns the file as a whole. */
    void addForFile(String message, String hint) {
        add(NOWHERE, KeyPath.ROOT, message, hint);
    }

    boolean any() {
        return !problems.isEmpty();
    }

    void throwIfAny() throws PipelineException {
        if (!problems.isEmpty()) {
            throw exception();
        }
    }

    /** All problems in the order of the file. */
    PipelineException exception() {
        List<Problem> sorted = new ArrayList<>(problems);
        sorted.sort(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column));
        if (unshown > 0) {
            sorted.add(new Problem(file, 0, 0, "", unshown + " more problems not shown", Optional.empty()));
        }
        return new PipelineException(sorted);
    }
}
