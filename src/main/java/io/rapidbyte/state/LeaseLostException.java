package io.rapidbyte.state;

/** Another run took the pipeline over; nothing of this run's write was saved, and none of its later ones will be. */
public final class LeaseLostException extends StateException {
    private static final long serialVersionUID = 1L;

    LeaseLostException(OpenRun run) {
        super(
                "state.lease-lost",
                "run " + run.runId() + " of pipeline " + run.pipeline() + " lost its lease (epoch " + run.epoch()
                        + ") to a later run, as a run does that stands still for longer than "
                        + StateStore.LEASE_TIME.toSeconds()
                        + " s; nothing was saved: see `rapidbyte runs list` for the run that goes on");
    }
}
