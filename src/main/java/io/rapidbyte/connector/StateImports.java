package io.rapidbyte.connector;

import io.rapidbyte.connector.StageTimings.Phase;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.wasm.abi.Unit;
import io.rapidbyte.wasm.abi.WitEnum;
import java.nio.ByteBuffer;
import java.util.Optional;

/** {@code state-get}, {@code state-put} and {@code state-cas}: what a connector keeps for next time. */
final class StateImports {
    static final int MAX_KEY_BYTES = 1024;
    static final int MAX_VALUE_BYTES = 1 << 20;

    private final Session session;

    StateImports(Session session) {
        this.session = session;
    }

    void addTo(Imports imports) {
        imports.add("state-get", timed(args -> session.state.get(key("state-get", args))));
        imports.add("state-put", timed(args -> {
            session.state.put(key("state-put", args), value("state-put", args[2]));
            return Unit.UNIT;
        }));
        imports.add("state-cas", timed(this::compareAndSet));
    }

    private Imports.Import timed(Imports.Import function) {
        return args -> {
            long start = System.nanoTime();
            try {
                return function.call(args);
            } finally {
                session.timings.addSince(Phase.STATE, start);
            }
        };
    }

    private Object compareAndSet(Object[] args) throws ConnectorException {
        Optional<?> expected = (Optional<?>) args[2];
        Optional<byte[]> expectedBytes =
                expected.isEmpty() ? Optional.empty() : Optional.of(value("state-cas", expected.get()));
        return session.state.compareAndSet(key("state-cas", args), expectedBytes, value("state-cas", args[3]));
    }

    private ConnectorState.Key key(String function, Object[] args) throws ConnectorException {
        String key = (String) args[1];
        if (key.isEmpty() || Text.utf8Length(key) > MAX_KEY_BYTES) {
            throw HostErrors.protocol(function, "a key has 1 to " + MAX_KEY_BYTES + " bytes");
        }
        return new ConnectorState.Key(owner(function, ((WitEnum) args[0]).caseName()), key);
    }

    /** Newlines part what none of the names may hold. */
    private String owner(String function, String scope) throws ConnectorException {
        if (scope.equals("connector")) {
            return session.connectorId;
        }
        StreamContext stream = session.stream.orElseThrow(
                () -> HostErrors.protocol(function, "the scope \"" + scope + "\" exists only while a stream is run"));
        String pipeline = session.connectorId + "\n" + stream.run().pipeline();
        return scope.equals("pipeline") ? pipeline : pipeline + "\n" + stream.name();
    }

    private static byte[] value(String function, Object view) throws ConnectorException {
        ByteBuffer bytes = (ByteBuffer) view;
        if (bytes.remaining() > MAX_VALUE_BYTES) {
            throw HostErrors.protocol(function, "a value has at most " + MAX_VALUE_BYTES + " bytes");
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return copy;
    }
}
