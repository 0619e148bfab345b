package io.rapidbyte.arrow;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Bounds what one schema may cost. Tables of a FlatBuffer may share strings and lists, so a small message
 * could otherwise ask for any amount of heap and time (I30).
 */
final class SchemaBudget {
    /** 4 MiB: PostgreSQL's 1,600 columns with 63-byte names and ample metadata take a tenth of it. */
    private static final int MAX_BYTES = 4 << 20;

    /** What a field, a metadata entry or a string costs beside its characters, roughly. */
    private static final int COST_PER_ITEM = 64;

    private int left = MAX_BYTES;

    /** Accounts for one item with {@code bytes} of text. */
    void spend(int bytes, int seenAt) throws MalformedFrameException {
        if (bytes > left - COST_PER_ITEM) {
            throw new MalformedFrameException("a schema that takes more than " + MAX_BYTES + " bytes", seenAt);
        }
        left -= bytes + COST_PER_ITEM;
    }

    String decode(ByteBuffer bytes, int position, int length) throws MalformedFrameException {
        spend(length, position);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.slice(position, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFrameException("a string that is not UTF-8", position);
        }
    }
}
