package io.rapidbyte.engine;

import io.rapidbyte.engine.Machine.Rule;
import java.util.List;

/** The life of a run. One stream's failure stops no other (I5). */
final class RunMachine {
    private RunMachine() {}

    enum State {
        /** Settings and connectors are looked at; no guest has started. */
        CHECKING,
        RUNNING,
        /** A stream failed; the others go on. */
        FAILING,
        CANCELLING,
        /** A stream had failed before the cancel came. */
        ABANDONING,
        SUCCEEDED,
        FAILED,
        CANCELLED,
        /** The pipeline has problems; nothing was started. */
        REFUSED
    }

    enum Signal {
        CHECK_PASSED,
        CHECK_FAILED,
        /** A stream ended, but did not fail. */
        STREAM_ENDED,
        STREAM_FAILED,
        /** The last stream has ended, and every one succeeded. */
        ALL_SUCCEEDED,
        /** The last stream has ended, and not every one succeeded. */
        ALL_ENDED,
        CANCEL
    }

    enum Effect {
        ANNOUNCE,
        ADMIT_STREAMS,
        CANCEL_STREAMS,
        REFUSE,
        REPORT
    }

    static final Machine<State, Signal, Effect> TABLE = new Machine<>(
            "run",
            List.of(
                    rule(State.CHECKING, Signal.CHECK_PASSED, State.RUNNING, Effect.ANNOUNCE, Effect.ADMIT_STREAMS),
                    rule(State.CHECKING, Signal.CHECK_FAILED, State.REFUSED, Effect.REFUSE),
                    rule(State.CHECKING, Signal.CANCEL, State.CANCELLING),
                    rule(State.RUNNING, Signal.STREAM_ENDED, State.RUNNING, Effect.ADMIT_STREAMS),
                    rule(State.RUNNING, Signal.STREAM_FAILED, State.FAILING, Effect.ADMIT_STREAMS),
                    rule(State.RUNNING, Signal.ALL_SUCCEEDED, State.SUCCEEDED, Effect.REPORT),
                    rule(State.RUNNING, Signal.CANCEL, State.CANCELLING, Effect.CANCEL_STREAMS),
                    rule(State.FAILING, Signal.STREAM_ENDED, State.FAILING, Effect.ADMIT_STREAMS),
                    rule(State.FAILING, Signal.STREAM_FAILED, State.FAILING, Effect.ADMIT_STREAMS),
                    rule(State.FAILING, Signal.ALL_ENDED, State.FAILED, Effect.REPORT),
                    rule(State.FAILING, Signal.CANCEL, State.ABANDONING, Effect.CANCEL_STREAMS),
                    rule(
                            State.CANCELLING,
                            Signal.CHECK_PASSED,
                            State.CANCELLING,
                            Effect.ANNOUNCE,
                            Effect.CANCEL_STREAMS),
                    rule(State.CANCELLING, Signal.CHECK_FAILED, State.REFUSED, Effect.REFUSE),
                    rule(State.CANCELLING, Signal.STREAM_ENDED, State.CANCELLING),
                    rule(State.CANCELLING, Signal.STREAM_FAILED, State.ABANDONING),
                    rule(State.CANCELLING, Signal.ALL_SUCCEEDED, State.SUCCEEDED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.ALL_ENDED, State.CANCELLED, Effect.REPORT),
                    rule(State.CANCELLING, Signal.CANCEL, State.CANCELLING),
                    rule(State.ABANDONING, Signal.STREAM_ENDED, State.ABANDONING),
                    rule(State.ABANDONING, Signal.STREAM_FAILED, State.ABANDONING),
                    rule(State.ABANDONING, Signal.ALL_ENDED, State.FAILED, Effect.REPORT),
                    rule(State.ABANDONING, Signal.CANCEL, State.ABANDONING),
                    rule(State.SUCCEEDED, Signal.CANCEL, State.SUCCEEDED),
                    rule(State.FAILED, Signal.CANCEL, State.FAILED),
                    rule(State.CANCELLED, Signal.CANCEL, State.CANCELLED),
                    rule(State.REFUSED, Signal.CANCEL, State.REFUSED)));

    private static Rule<State, Signal, Effect> rule(State from, Signal signal, State to, Effect... effects) {
        return new Rule<>(from, signal, to, List.of(effects));
    }
}
