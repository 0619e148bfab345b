package io.rapidbyte.config;

import io.rapidbyte.model.CursorNulls;
import java.util.Optional;

/**
 * How an incremental stream tells new rows from old.
 *
 * @param field the column whose largest value is kept
 * @param tieBreakerField orders rows of equal cursor; empty where the source's own key does
 * @param lagSeconds how far before the kept value each run begins again
 */
public record CursorSettings(String field, Optional<String> tieBreakerField, CursorNulls nulls, long lagSeconds) {
    /** Rows without a cursor would never be read: nobody should lose them unasked (I13). */
    public static final CursorNulls DEFAULT_NULLS = CursorNulls.FAIL;

    /** 31 days: what commits later than that after it was written is no longer late but lost. */
    public static final long MAX_LAG_SECONDS = 31L * 86_400;
}
