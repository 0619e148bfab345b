package io.rapidbyte.flow;

import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.Failure;
import io.rapidbyte.model.FailureKind;
import java.util.Optional;

/** Says who has to act on a connector's error: the file's author, the peer's owner, or we. */
public final class StageFailures {
    private StageFailures() {}

    static Failure of(StagePlan stage, ConnectorError error) {
        return new Failure(
                kind(stage.role(), error), error, Optional.of(stage.stream().name()), Optional.of(stage.label()));
    }

    /** The kind of an error that a connector of this role gave. */
    public static FailureKind kind(ConnectorRole role, ConnectorError error) {
        return switch (error.category()) {
            case CONFIG -> FailureKind.CONFIG;
            case SCHEMA -> FailureKind.SCHEMA;
            case CANCELLED -> FailureKind.CANCELLED;
            case INTERNAL -> FailureKind.INTERNAL;
            case AUTH, PERMISSION, RATE_LIMIT, TRANSIENT_NETWORK, TRANSIENT_DB, DATA ->
                switch (role) {
                    case SOURCE -> FailureKind.SOURCE;
                    case TRANSFORM -> FailureKind.TRANSFORM;
                    case DESTINATION -> FailureKind.DESTINATION;
                };
        };
    }
}
