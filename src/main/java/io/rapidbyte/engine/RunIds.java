package io.rapidbyte.engine;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes run ids: 16 hex digits, short enough for a table name, long enough never to meet again. */
final class RunIds {
    private static final int BYTES = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private RunIds() {}

    static String next() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
