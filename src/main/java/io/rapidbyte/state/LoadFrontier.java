package io.rapidbyte.state;

import io.rapidbyte.model.CursorValue;
import java.util.Optional;

/**
 * A barrier that the destination has made durable.
 *
 * @param attempt the attempt that got there; counts from 1 in each run
 * @param sequence the barrier's id within the load
 * @param last whether the load is complete with it
 * @param rows rows of the whole load up to there, rejected ones included
 * @param rejected rows of the whole load that were not stored
 * @param cursor the stream's new cursor, where it has one
 */
public record LoadFrontier(
        String stream,
        String loadId,
        int attempt,
        long sequence,
        String payload,
        boolean last,
        long rows,
        long rejected,
        Optional<CursorValue> cursor) {}
