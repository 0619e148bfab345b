package io.rapidbyte.state;

/** Another run of the pipeline is under way; two never overlap. */
public final class LeaseHeldException extends StateException {
    private static final long serialVersionUID = 1L;

    private final transient Lease lease;

    LeaseHeldException(Lease lease) {
        super(
                "state.lease-held",
                "pipeline " + lease.pipeline() + " is being run by " + lease.holder() + " (run " + lease.runId()
                        + ") since " + lease.acquiredAt() + "; its lease ends at " + lease.expiresAt()
                        + " unless renewed: wait for that run to end, or stop it");
        this.lease = lease;
    }

    public Lease lease() {
        return lease;
    }
}
