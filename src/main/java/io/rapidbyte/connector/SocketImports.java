package io.rapidbyte.connector;

import io.rapidbyte.connector.StageTimings.Phase;
import io.rapidbyte.connector.net.GuestSockets;
import io.rapidbyte.connector.net.TlsRequest;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.wasm.abi.ByteProducer;
import io.rapidbyte.wasm.abi.ReturnedError;
import io.rapidbyte.wasm.abi.Unit;
import java.nio.ByteBuffer;

/** {@code connect-tcp} and the calls on sockets. Bytes go between socket and guest memory directly. */
final class SocketImports {
    private final Session session;
    private final GuestSockets sockets;

    SocketImports(Session session) {
        this.session = session;
        this.sockets = session.sockets;
    }

    void addTo(Imports imports) {
        imports.add("connect-tcp", this::connect);
        imports.add("socket-read", args -> new Reading((Long) args[0], (Long) args[1]));
        imports.add("socket-write", this::write);
        imports.add("socket-start-tls", this::startTls);
        imports.addSafe("socket-close", args -> {
            sockets.close((Long) args[0]);
            return Unit.UNIT;
        });
    }

    private Object connect(Object[] args) throws ConnectorException {
        long start = System.nanoTime();
        try {
            return sockets.connect((String) args[0], (Integer) args[1]);
        } finally {
            session.timings.addSince(Phase.CONNECT, start);
        }
    }

    private Object write(Object[] args) throws ConnectorException {
        long start = System.nanoTime();
        try {
            sockets.write((Long) args[0], (ByteBuffer) args[1]);
        } finally {
            session.timings.addSince(session.timings.atSocket(Phase.SOCKET_WRITE), start);
        }
        return Unit.UNIT;
    }

    private Object startTls(Object[] args) throws ConnectorException {
        long start = System.nanoTime();
        try {
            sockets.startTls((Long) args[0], Twins.fromWit(TlsRequest.class, args[1]));
        } finally {
            session.timings.addSince(Phase.CONNECT, start);
        }
        return Unit.UNIT;
    }

    /** One read, done when the guest has made room for it. */
    private final class Reading implements ByteProducer {
        private final long socket;
        private final int maxBytes;

        Reading(long socket, long maxBytes) {
            this.socket = socket;
            this.maxBytes = Math.clamp(maxBytes, 0, GuestSockets.MAX_READ_BYTES);
        }

        @Override
        public int maxBytes() {
            return maxBytes;
        }

        @Override
        public void fill(ByteBuffer target) throws ReturnedError {
            long start = System.nanoTime();
            try {
                sockets.read(socket, target);
            } catch (ConnectorException e) {
                throw Imports.returned(e);
            } finally {
                session.timings.addSince(session.timings.atSocket(Phase.SOCKET_READ), start);
            }
        }
    }
}
