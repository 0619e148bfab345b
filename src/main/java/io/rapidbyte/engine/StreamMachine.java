package io.rapidbyte.engine;

import io.rapidbyte.engine.Machine.Rule;
import java.util.List;

/** The life of one stream in a run. */
final class StreamMachine {
    private StreamMachine() {}

    enum State {
        WAITING,
        STARTING,
        RUNNING,
        /** All stages succeeded; they are being cleared away. */
        SUCCEEDING,
        /** A stage failed; the others learn it over their edges and end. */
        FAILING,
        CANCELLING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        SKIPPED
    }

    enum Signal {
        /** There is room for the stream to run. */
        ADMITTED,
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
        CANCEL
    }

    enum Effect {
        DEPLOY_STAGES,
        START_GUESTS,
        CANCEL_STAGES,
        UNDEPLOY_STAGES,
        REPORT
    }

    static final Machine<State, Signal, Effect> TABLE = new Machine<>(
            "stream",
            List.of(
                    rule(State.WAITING, Signal.ADMITTED, State.STARTING, Effect.DEPLOY_STAGES),
                    rule(State.WAITING, Signal.CANCEL, State.SKIPPED, Effect.REPORT),
                    rule(State.STARTING, Signal.DEPLOYED, State.RUNNING, Effect.START_GUESTS),
                    rule(State.STARTING, Signal.DEPLOY_FAILED, State.FAILING, Effect.UNDEPLOY_STAGES),
                    rule(State.STARTING, Signal.CANCEL, State.CANCELLING),
                    rule(State.RUNNING, Signal.STAGE_FAILED, State.FAILING),
                    rule(State.RUNNING, Signal.STAGES_SUCCEEDED, State.SUCCEEDING, Effect.UNDEPLOY_STAGES),
                    rule(State.RUNNING, Signal.CANCEL, State.CANCELLING, Effect.CANCEL_STAGES),
                    rule(State.SUCCEEDING, Signal.CLEARED, State.SUCCEEDED, Effect.REPORT),
                    rule(State.SUCCEEDING, Signal.CANCEL, State.SUCCEEDING),
                    rule(State.FAILING, Signal.STAGE_FAILED, State.FAILING),
                    rule(State.FAILING, Signal.STAGES_ENDED, State.FAILING, Effect.UNDEPLOY_STAGES),
                    rule(State.FAILING, Signal.CLEARED, State.FAILED, Effect.REPORT),
                    rule(State.FAILING, Signal.CANCEL, State.FAILING, Effect.CANCEL_STAGES),
                    rule(State.CANCELLING, Signal.DEPLOYED, State.CANCELLING, Effect.UNDEPLOY_STAGES),
                    rule(State.CANCELLING, Signal.DEPLOY_FAILED, State.CANCELLING, Effect.UNDEPLOY_STAGES),
                    rule(State.CANCELLING, Signal.STAGE_FAILED, State.CANCELLING),
                    rule(State.CANCELLING, Signal.STAGES_SUCCEEDED, State.SUCCEEDING, Effect.UNDEPLOY_STAGES),
                    rule(State.CANCELLING, Signal.STAGES_ENDED, State.CANCELLING, Effect.UNDEPLOY_STAGES),
                    rule(State.CANCELLING, Signal.CLEARED, State.CANCELLED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.CANCEL, State.CANCELLING),
                    rule(State.SUCCEEDED, Signal.CANCEL, State.SUCCEEDED),
                    rule(State.FAILED, Signal.CANCEL, State.FAILED),
                    rule(State.CANCELLED, Signal.CANCEL, State.CANCELLED),
                    rule(State.SKIPPED, Signal.CANCEL, State.SKIPPED)));

    private static Rule<State, Signal, Effect> rule(State from, Signal signal, State to, Effect... effects) {
        return new Rule<>(from, signal, to, List.of(effects));
    }
}
