package io.rapidbyte.engine;

import io.rapidbyte.model.KeyRange;
import io.rapidbyte.model.RangeDigest;
import io.rapidbyte.model.RowDigest;
import java.util.List;
import java.util.Optional;

/** A stream's tables at the source and at the target, which are asked the same at the same time. Calls block. */
interface TwoTables {
    /** Keys that cut a range into about {@code count} slices of about the same size, as the source has them or the target. */
    List<List<String>> slices(boolean ofSource, KeyRange within, int count);

    /** Digests of the ranges that the cuts make, in order: one more than there are cuts. */
    Both<List<RangeDigest>> digest(KeyRange within, List<List<String>> cuts);

    /** A digest for each key in a range and, if there are {@code keys}, among them. */
    Both<List<RowDigest>> rows(KeyRange within, Optional<List<List<String>>> keys);
}
