package io.rapidbyte.server;

/** What somebody may do; each may what those before it may. */
enum Role {
    /** Anybody: nothing is changed or revealed. */
    OPEN,
    READ,
    OPERATE;

    boolean includes(Role needed) {
        return compareTo(needed) >= 0;
    }
}
