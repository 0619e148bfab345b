package io.rapidbyte.engine;

import io.rapidbyte.engine.Machine.Rule;
import java.util.List;

/** The life of one stream in a run, over all its attempts. */
final class StreamMachine {
    private StreamMachine() {}

    enum State {
        WAITING,
        /** The destination is asked how far the load got. */
        RESUMING,
        STARTING,
        RUNNING,
        /** It follows its source, and has been told to end where it stands. */
        ENDING,
        /** All stages succeeded; they are being cleared away. */
        SUCCEEDING,
        /** A stage failed; the others learn it over their edges and end. */
        FAILING,
        /** The same, and the run has been cancelled: there is no further attempt (I11). */
        ABANDONING,
        /** Waiting before the next attempt. */
        BACKING_OFF,
        CANCELLING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        SKIPPED
    }

    enum Signal {
        /** There is room for the stream to run, and its load is new. */
        ADMITTED,
        /** There is room for the stream to run, and an earlier run left its load open. */
        ADMITTED_AGAIN,
        /** It is known where to go on. */
        RESUMED,
        /** All of the load is in the destination already. */
        ALL_THERE,
        RESUME_FAILED,
        /** The same, but another attempt may do better. */
        RESUME_FAILED_FOR_NOW,
        /** All stages stand and listen. */
        DEPLOYED,
        DEPLOY_FAILED,
        STAGE_FAILED,
        /** Every stage has ended, each well. */
        STAGES_SUCCEEDED,
        /** Every stage has ended, not all well. */
        STAGES_ENDED,
        /** All stages are undeployed. */
        CLEARED,
        /** The same, after a failure that another attempt may not meet (I11). */
        CLEARED_TO_RETRY,
        /** The wait is over. */
        WAITED,
        /** A stream that follows its source is to end where it stands. */
        END,
        CANCEL
    }

    enum Effect {
        ASK_RECEIPT,
        STOP_ASKING,
        DEPLOY_STAGES,
        START_GUESTS,
        END_STAGES,
        CANCEL_STAGES,
        UNDEPLOY_STAGES,
        BACK_OFF,
        STOP_WAITING,
        REPORT
    }

    static final Machine<State, Signal, Effect> TABLE = new Machine<>(
            "stream",
            List.of(
                    rule(State.WAITING, Signal.ADMITTED, State.STARTING, Effect.DEPLOY_STAGES),
                    rule(State.WAITING, Signal.ADMITTED_AGAIN, State.RESUMING, Effect.ASK_RECEIPT),
                    rule(State.WAITING, Signal.CANCEL, State.SKIPPED, Effect.REPORT),
                    rule(State.RESUMING, Signal.RESUMED, State.STARTING, Effect.DEPLOY_STAGES),
                    rule(State.RESUMING, Signal.ALL_THERE, State.SUCCEEDED, Effect.REPORT),
                    rule(State.RESUMING, Signal.RESUME_FAILED, State.FAILED, Effect.REPORT),
                    rule(State.RESUMING, Signal.RESUME_FAILED_FOR_NOW, State.BACKING_OFF, Effect.BACK_OFF),
                    rule(State.RESUMING, Signal.CANCEL, State.CANCELLING, Effect.STOP_ASKING),
                    rule(State.STARTING, Signal.DEPLOYED, State.RUNNING, Effect.START_GUESTS),
                    rule(State.STARTING, Signal.DEPLOY_FAILED, State.FAILING, Effect.UNDEPLOY_STAGES),
                    rule(State.STARTING, Signal.CANCEL, State.CANCELLING),
                    rule(State.RUNNING, Signal.STAGE_FAILED, State.FAILING),
                    rule(State.RUNNING, Signal.STAGES_SUCCEEDED, State.SUCCEEDING, Effect.UNDEPLOY_STAGES),
                    rule(State.RUNNING, Signal.CANCEL, State.CANCELLING, Effect.CANCEL_STAGES),
                    rule(State.RUNNING, Signal.END, State.ENDING, Effect.END_STAGES),
                    rule(State.ENDING, Signal.STAGE_FAILED, State.ABANDONING),
                    rule(State.ENDING, Signal.STAGES_SUCCEEDED, State.SUCCEEDING, Effect.UNDEPLOY_STAGES),
                    rule(State.ENDING, Signal.CANCEL, State.CANCELLING, Effect.CANCEL_STAGES),
                    rule(State.SUCCEEDING, Signal.CLEARED, State.SUCCEEDED, Effect.REPORT),
                    rule(State.SUCCEEDING, Signal.CANCEL, State.SUCCEEDING),
                    rule(State.FAILING, Signal.STAGE_FAILED, State.FAILING),
                    rule(State.FAILING, Signal.STAGES_ENDED, State.FAILING, Effect.UNDEPLOY_STAGES),
                    rule(State.FAILING, Signal.CLEARED, State.FAILED, Effect.REPORT),
                    rule(State.FAILING, Signal.CLEARED_TO_RETRY, State.BACKING_OFF, Effect.BACK_OFF),
                    rule(State.FAILING, Signal.CANCEL, State.ABANDONING, Effect.CANCEL_STAGES),
                    rule(State.ABANDONING, Signal.STAGE_FAILED, State.ABANDONING),
                    rule(State.ABANDONING, Signal.STAGES_ENDED, State.ABANDONING, Effect.UNDEPLOY_STAGES),
                    rule(State.ABANDONING, Signal.CLEARED, State.FAILED, Effect.REPORT),
                    rule(State.ABANDONING, Signal.CLEARED_TO_RETRY, State.FAILED, Effect.REPORT),
                    rule(State.ABANDONING, Signal.CANCEL, State.ABANDONING),
                    rule(State.BACKING_OFF, Signal.WAITED, State.RESUMING, Effect.ASK_RECEIPT),
                    rule(State.BACKING_OFF, Signal.CANCEL, State.CANCELLING, Effect.STOP_WAITING),
                    rule(State.CANCELLING, Signal.RESUMED, State.CANCELLED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.ALL_THERE, State.SUCCEEDED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.RESUME_FAILED, State.CANCELLED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.RESUME_FAILED_FOR_NOW, State.CANCELLED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.WAITED, State.CANCELLED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.DEPLOYED, State.CANCELLING, Effect.UNDEPLOY_STAGES),
                    rule(State.CANCELLING, Signal.DEPLOY_FAILED, State.CANCELLING, Effect.UNDEPLOY_STAGES),
                    rule(State.CANCELLING, Signal.STAGE_FAILED, State.CANCELLING),
                    rule(State.CANCELLING, Signal.STAGES_SUCCEEDED, State.SUCCEEDING, Effect.UNDEPLOY_STAGES),
                    rule(State.CANCELLING, Signal.STAGES_ENDED, State.CANCELLING, Effect.UNDEPLOY_STAGES),
                    rule(State.CANCELLING, Signal.CLEARED, State.CANCELLED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.CLEARED_TO_RETRY, State.CANCELLED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.CANCEL, State.CANCELLING),
                    rule(State.SUCCEEDED, Signal.CANCEL, State.SUCCEEDED),
                    rule(State.FAILED, Signal.CANCEL, State.FAILED),
                    rule(State.CANCELLED, Signal.CANCEL, State.CANCELLED),
                    rule(State.SKIPPED, Signal.CANCEL, State.SKIPPED)));

    private static Rule<State, Signal, Effect> rule(State from, Signal signal, State to, Effect... effects) {
        return new Rule<>(from, signal, to, List.of(effects));
    }
}
