package io.rapidbyte.flow;

/** Hears of one stage. */
public interface StageListener {
    /** A line the connector logged; {@code level} as in the contract. On the guest thread; must not block. */
    void logged(StagePlan stage, String level, String message);

    /** The stage has ended and its guest is gone. Once, on the stage's event loop. */
    void ended(StagePlan stage, StageOutcome outcome);
}
