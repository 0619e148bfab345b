package io.rapidbyte.model;

/** Who reads from a slot, as far as the source can tell. */
public enum SlotReader {
    /** The pipeline that asks. */
    PIPELINE,
    /** Nobody any more: the pipeline that asks did under earlier settings. */
    EARLIER,
    /** Somebody else, or nobody. */
    OTHER
}
