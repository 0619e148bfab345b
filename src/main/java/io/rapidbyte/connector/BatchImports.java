package io.rapidbyte.connector;

import io.rapidbyte.connector.StageTimings.Phase;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.wasm.abi.ByteProducer;
import io.rapidbyte.wasm.abi.ReturnedError;
import io.rapidbyte.wasm.abi.Unit;
import io.rapidbyte.wasm.abi.WitRecord;
import io.rapidbyte.wasm.abi.WitVariant;
import java.nio.ByteBuffer;
import java.util.Optional;

/** {@code emit-batch} and {@code next-batch}: the data's way through an instance. */
final class BatchImports {
    private final Session session;

    /** A batch taken from upstream that has not reached the guest's memory yet. */
    private Optional<BatchBody> underWay = Optional.empty();

    BatchImports(Session session) {
        this.session = session;
    }

    void addTo(Imports imports) {
        imports.add("emit-batch", this::emit);
        imports.add("accept-form", args -> acceptForm((String) args[0]));
        imports.add("is-form-accepted", args -> formAccepted((String) args[0]));
        imports.add("next-batch", _ -> next());
    }

    /** Gives back what a guest took but could not make room for; called when each call into the guest ends. */
    void releaseUnderWay() {
        underWay.ifPresent(BatchBody::release);
        underWay = Optional.empty();
    }

    private Object emit(Object[] args) throws ConnectorException {
        ByteBuffer ipc = (ByteBuffer) args[0];
        requireRun("emit-batch", ConnectorRole.DESTINATION);
        if (!ipc.hasRemaining()) {
            throw HostErrors.protocol("emit-batch", "an empty list is no Arrow IPC stream");
        }
        long start = System.nanoTime();
        try {
            session.port.emit(ipc);
        } finally {
            session.timings.addSince(Phase.EMIT, start);
        }
        return Unit.UNIT;
    }

    private Object acceptForm(String form) throws ConnectorException {
        requireRun("accept-form", ConnectorRole.SOURCE);
        session.port.acceptForm(form);
        return Unit.UNIT;
    }

    private Object formAccepted(String form) throws ConnectorException {
        requireRun("is-form-accepted", ConnectorRole.DESTINATION);
        long start = System.nanoTime();
        try {
            return session.port.formAccepted(form);
        } finally {
            session.timings.addSince(Phase.EMIT, start);
        }
    }

    private Object next() throws ConnectorException {
        requireRun("next-batch", ConnectorRole.SOURCE);
        releaseUnderWay();
        long start = System.nanoTime();
        Inbound inbound;
        try {
            inbound = session.port.next();
        } finally {
            session.timings.addSince(Phase.NEXT, start);
        }
        return switch (inbound) {
            case Inbound.Batch batch -> {
                underWay = Optional.of(batch.body());
                yield Optional.of(WitVariant.of("batch", new Delivery(batch.body())));
            }
            case Inbound.Barrier barrier ->
                Optional.of(WitVariant.of(
                        "barrier",
                        WitRecord.builder(Contract.type("barrier"))
                                .set("id", barrier.id())
                                .set("payload", barrier.payload())
                                .set("last", barrier.last())
                                .build()));
            case Inbound.End _ -> Optional.empty();
        };
    }

    private void requireRun(String function, ConnectorRole wrongRole) throws ConnectorException {
        if (session.role == wrongRole) {
            throw HostErrors.protocol(function, "not for a connector of this role");
        }
        if (session.stream.isEmpty()) {
            throw HostErrors.protocol(function, "only while a stream is being run");
        }
    }

    /** Writes a batch from wherever it waits straight into guest memory. */
    private final class Delivery implements ByteProducer {
        private final BatchBody body;

        Delivery(BatchBody body) {
            this.body = body;
        }

        @Override
        public int maxBytes() {
            return body.size();
        }

        @Override
        public void fill(ByteBuffer target) throws ReturnedError {
            long start = System.nanoTime();
            try {
                body.writeTo(target);
            } catch (ConnectorException e) {
                throw Imports.returned(e);
            } finally {
                releaseUnderWay();
                session.timings.addSince(Phase.NEXT, start);
            }
        }
    }
}
