package io.rapidbyte.state;

/** What a load brings to the destination. A stream has at most one open load of each. */
public enum LoadPurpose {
    /** What the source has. */
    STREAM,
    /** Dead letters of the stream, once more. */
    REPLAY
}
