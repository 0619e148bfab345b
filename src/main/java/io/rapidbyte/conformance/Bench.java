package io.rapidbyte.conformance;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.Connector;
import io.rapidbyte.connector.ConnectorManifest;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.ErrorCategory;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/** One connector in one role, with all that its clauses need. */
final class Bench {
    /** A batch of this size holds a few rows of most tables, so that small tables come in several. */
    static final int SMALL_BATCH_BYTES = 2_000;

    final Connector connector;
    final ConnectorRole role;
    final Trial trial;
    private final Optional<Subject> subject;

    Bench(Connector connector, ConnectorRole role, Optional<Subject> subject, Duration patience) {
        this.connector = connector;
        this.role = role;
        this.trial = new Trial(connector, role, patience);
        this.subject = subject;
    }

    ConnectorManifest manifest() {
        return connector.manifest();
    }

    /** What its manifest says of it in this role. */
    ConnectorManifest.Role abilities() {
        return Objects.requireNonNull(manifest().roles().get(role), "a connector without this role");
    }

    /** For clauses that need a system, or at least rows that the settings are about. */
    Subject subject() {
        return subject.orElseThrow(() -> new Skip(
                role == ConnectorRole.TRANSFORM
                        ? "needs --config with settings for the sample rows (see docs/connectors.md)"
                        : "needs --config with a system that can be reached"));
    }

    ObjectNode config() {
        return subject().config();
    }

    /** The given settings, or such as the schema takes. */
    ObjectNode anyConfig() {
        if (subject.isPresent()) {
            return subject.get().config();
        }
        ObjectNode least = HostileSettings.least(manifest().configSchema());
        if (!connector.checkConfig(least).isEmpty()) {
            throw new Skip("needs --config: no settings could be made up from the schema");
        }
        return least;
    }

    boolean hasSubject() {
        return subject.isPresent();
    }

    /** Opens the given settings, uses the instance and closes it. */
    <T> T use(ProbePort port, Trial.Use<T> use) throws ConnectorException {
        return trial.value(port, opened(config(), use));
    }

    <T> Trial.Outcome<T> attempt(ProbePort port, Trial.Use<T> use) {
        return trial.attempt(port, opened(config(), use));
    }

    static <T> Trial.Use<T> opened(ObjectNode config, Trial.Use<T> use) {
        return instance -> {
            instance.open(config);
            return use.of(instance);
        };
    }

    /** What the host says where it plays a host in trouble. */
    static ConnectorException trouble() {
        return new ConnectorException(ConnectorError.transientError(
                ErrorCategory.TRANSIENT_NETWORK, "conformance.trouble", "the host was told to fail here"));
    }
}
