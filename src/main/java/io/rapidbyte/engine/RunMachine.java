package io.rapidbyte.engine;

import io.rapidbyte.engine.Machine.Rule;
import java.util.List;

/** The life of a run. One stream's failure stops no other (I5). */
final class RunMachine {
    private RunMachine() {}

    enum State {
        /** Settings and connectors are looked at and the state is opened; no guest has started. */
        CHECKING,
        /** The run is entered into the state, which takes the pipeline's lease. */
        BEGINNING,
        RUNNING,
        /** A stream failed; the others go on. */
        FAILING,
        CANCELLING,
        /** A stream had failed before the cancel came, or the lease was lost. */
        ABANDONING,
        /** Every stream succeeded; the run is over once the state says so too (I7). */
        SAVING_SUCCESS,
        SAVING_FAILURE,
        SAVING_CANCEL,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        /** The pipeline has problems or is being run already; nothing was started. */
        REFUSED
    }

    enum Signal {
        CHECK_PASSED,
        CHECK_FAILED,
        /** The lease is ours. */
        BEGUN,
        BEGIN_FAILED,
        /** A stream ended, but did not fail. */
        STREAM_ENDED,
        STREAM_FAILED,
        /** The last stream has ended, and every one succeeded. */
        ALL_SUCCEEDED,
        /** The last stream has ended, and not every one succeeded. */
        ALL_ENDED,
        /** A later run has taken the pipeline over: nothing of this one can be saved any more. */
        LEASE_LOST,
        /** The end of the run is in the state. */
        SAVED,
        SAVE_FAILED,
        CANCEL
    }

    enum Effect {
        BEGIN,
        ANNOUNCE,
        ADMIT_STREAMS,
        /** Those that follow their source end where they stand, others are cancelled. */
        END_STREAMS,
        CANCEL_STREAMS,
        SAVE,
        REFUSE,
        REPORT
    }

    static final Machine<State, Signal, Effect> TABLE = new Machine<>(
            "run",
            List.of(
                    rule(State.CHECKING, Signal.CHECK_PASSED, State.BEGINNING, Effect.BEGIN),
                    rule(State.CHECKING, Signal.CHECK_FAILED, State.REFUSED, Effect.REFUSE),
                    rule(State.CHECKING, Signal.CANCEL, State.CANCELLING),
                    rule(State.BEGINNING, Signal.BEGUN, State.RUNNING, Effect.ANNOUNCE, Effect.ADMIT_STREAMS),
                    rule(State.BEGINNING, Signal.BEGIN_FAILED, State.REFUSED, Effect.REFUSE),
                    rule(State.BEGINNING, Signal.CANCEL, State.CANCELLING),
                    rule(State.RUNNING, Signal.STREAM_ENDED, State.RUNNING, Effect.ADMIT_STREAMS),
                    rule(State.RUNNING, Signal.STREAM_FAILED, State.FAILING, Effect.ADMIT_STREAMS),
                    rule(State.RUNNING, Signal.ALL_SUCCEEDED, State.SAVING_SUCCESS, Effect.SAVE),
                    rule(State.RUNNING, Signal.CANCEL, State.CANCELLING, Effect.END_STREAMS),
                    rule(State.RUNNING, Signal.LEASE_LOST, State.ABANDONING, Effect.CANCEL_STREAMS),
                    rule(State.FAILING, Signal.STREAM_ENDED, State.FAILING, Effect.ADMIT_STREAMS),
                    rule(State.FAILING, Signal.STREAM_FAILED, State.FAILING, Effect.ADMIT_STREAMS),
                    rule(State.FAILING, Signal.ALL_ENDED, State.SAVING_FAILURE, Effect.SAVE),
                    rule(State.FAILING, Signal.CANCEL, State.ABANDONING, Effect.END_STREAMS),
                    rule(State.FAILING, Signal.LEASE_LOST, State.ABANDONING, Effect.CANCEL_STREAMS),
                    rule(State.CANCELLING, Signal.CHECK_PASSED, State.CANCELLING, Effect.BEGIN),
                    rule(State.CANCELLING, Signal.CHECK_FAILED, State.REFUSED, Effect.REFUSE),
                    rule(State.CANCELLING, Signal.BEGUN, State.CANCELLING, Effect.ANNOUNCE, Effect.CANCEL_STREAMS),
                    rule(State.CANCELLING, Signal.BEGIN_FAILED, State.REFUSED, Effect.REFUSE),
                    rule(State.CANCELLING, Signal.STREAM_ENDED, State.CANCELLING),
                    rule(State.CANCELLING, Signal.STREAM_FAILED, State.ABANDONING),
                    rule(State.CANCELLING, Signal.ALL_SUCCEEDED, State.SAVING_SUCCESS, Effect.SAVE),
                    rule(State.CANCELLING, Signal.ALL_ENDED, State.SAVING_CANCEL, Effect.SAVE),
                    rule(State.CANCELLING, Signal.LEASE_LOST, State.ABANDONING),
                    rule(State.CANCELLING, Signal.CANCEL, State.CANCELLING, Effect.CANCEL_STREAMS),
                    rule(State.ABANDONING, Signal.STREAM_ENDED, State.ABANDONING),
                    rule(State.ABANDONING, Signal.STREAM_FAILED, State.ABANDONING),
                    rule(State.ABANDONING, Signal.ALL_SUCCEEDED, State.SAVING_FAILURE, Effect.SAVE),
                    rule(State.ABANDONING, Signal.ALL_ENDED, State.SAVING_FAILURE, Effect.SAVE),
                    rule(State.ABANDONING, Signal.LEASE_LOST, State.ABANDONING),
                    rule(State.ABANDONING, Signal.CANCEL, State.ABANDONING, Effect.CANCEL_STREAMS),
                    rule(State.SAVING_SUCCESS, Signal.SAVED, State.SUCCEEDED, Effect.REPORT),
                    rule(State.SAVING_SUCCESS, Signal.SAVE_FAILED, State.FAILED, Effect.REPORT),
                    rule(State.SAVING_SUCCESS, Signal.LEASE_LOST, State.SAVING_SUCCESS),
                    rule(State.SAVING_SUCCESS, Signal.CANCEL, State.SAVING_SUCCESS),
                    rule(State.SAVING_FAILURE, Signal.SAVED, State.FAILED, Effect.REPORT),
                    rule(State.SAVING_FAILURE, Signal.SAVE_FAILED, State.FAILED, Effect.REPORT),
                    rule(State.SAVING_FAILURE, Signal.LEASE_LOST, State.SAVING_FAILURE),
                    rule(State.SAVING_FAILURE, Signal.CANCEL, State.SAVING_FAILURE),
                    rule(State.SAVING_CANCEL, Signal.SAVED, State.CANCELLED, Effect.REPORT),
                    rule(State.SAVING_CANCEL, Signal.SAVE_FAILED, State.FAILED, Effect.REPORT),
                    rule(State.SAVING_CANCEL, Signal.LEASE_LOST, State.SAVING_CANCEL),
                    rule(State.SAVING_CANCEL, Signal.CANCEL, State.SAVING_CANCEL),
                    rule(State.SUCCEEDED, Signal.LEASE_LOST, State.SUCCEEDED),
                    rule(State.SUCCEEDED, Signal.CANCEL, State.SUCCEEDED),
                    rule(State.FAILED, Signal.LEASE_LOST, State.FAILED),
                    rule(State.FAILED, Signal.CANCEL, State.FAILED),
                    rule(State.CANCELLED, Signal.LEASE_LOST, State.CANCELLED),
                    rule(State.CANCELLED, Signal.CANCEL, State.CANCELLED),
                    rule(State.REFUSED, Signal.CANCEL, State.REFUSED)));

    private static Rule<State, Signal, Effect> rule(State from, Signal signal, State to, Effect... effects) {
        return new Rule<>(from, signal, to, List.of(effects));
    }
}
