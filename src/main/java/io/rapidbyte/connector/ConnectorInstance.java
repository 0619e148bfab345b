package io.rapidbyte.connector;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.connector.StageTimings.Phase;
import io.rapidbyte.connector.net.GuestSockets;
import io.rapidbyte.connector.net.NetworkPolicy;
import io.rapidbyte.connector.net.NetworkPolicy.TlsRule;
import io.rapidbyte.connector.net.SocketOptions;
import io.rapidbyte.model.ComparableTable;
import io.rapidbyte.model.Comparison;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ConnectorRole;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.KeyRange;
import io.rapidbyte.model.LogSlot;
import io.rapidbyte.model.RangeDigest;
import io.rapidbyte.model.ReadSummary;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.RepairSummary;
import io.rapidbyte.model.RowDigest;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.TransformSummary;
import io.rapidbyte.model.WriteSummary;
import io.rapidbyte.wasm.GuestException;
import io.rapidbyte.wasm.GuestInstance;
import io.rapidbyte.wasm.GuestOptions;
import io.rapidbyte.wasm.abi.AbiLimits;
import io.rapidbyte.wasm.abi.WitResult;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The life of one sandboxed connector: {@link #open} once, then any of {@link #validate},
 * {@link #discover} and one run, then {@link #close}.
 *
 * <p>Belongs to the thread that made it; only {@link #cancel} and {@link #timings} may be called from
 * others. Every failure is a {@link ConnectorException}: the connector's own error as it is, a trap
 * as {@code INTERNAL} with the guest's stack in the details, a cancelled call as {@code CANCELLED}.
 * After a trap or a cancel the instance is of no more use but to be closed.
 */
public final class ConnectorInstance implements AutoCloseable {
    private final Connector connector;
    private final ConnectorManifest manifest;
    private final Grants grants;
    private final Session session;
    private final BatchImports batches;
    private final ReportImports reports;
    private final GuestInstance<ConnectorException> guest;

    private boolean usable;
    private boolean closed;
    private volatile boolean cancelled;

    ConnectorInstance(
            Connector connector, ConnectorRole role, InstanceSettings settings, GuestPort port, ConnectorState state)
            throws ConnectorException {
        this.connector = connector;
        this.manifest = connector.manifest();
        this.grants = connector.grants();
        GuestSockets sockets = new GuestSockets(policy(Set.of()), socketOptions(settings));
        this.session = new Session(role, manifest.id(), port, sockets, state);
        this.batches = new BatchImports(session);
        this.reports = new ReportImports(session);
        long start = System.nanoTime();
        try {
            this.guest = connector
                    .module()
                    .instantiate(Contract.world(role), imports().functions(), options(settings));
        } catch (GuestException e) {
            sockets.closeAll();
            throw HostErrors.of("starting " + manifest.id() + " from " + connector.location(), e);
        }
        session.timings.addSince(Phase.MODULE_LOAD, start);
    }

    /** Hands over the settings. Hosts named in them are allowed from here on where the manifest says so. */
    public void open(ObjectNode config) throws ConnectorException {
        if (manifest.network().allowRuntimeConfigDomains()) {
            session.sockets.govern(policy(ConfiguredHosts.in(config)));
        }
        session.redaction = connector.redaction(config);
        usable = true;
        call("open", config.toString());
    }

    public List<Finding> validate(List<StreamContext> streams) throws ConnectorException {
        return list(Finding.class, call("validate", contexts(streams))).stream()
                .map(this::told)
                .toList();
    }

    private static List<Object> contexts(List<StreamContext> streams) {
        return streams.stream().map(ConnectorInstance::toWit).toList();
    }

    private Finding told(Finding finding) {
        return new Finding(
                finding.level(),
                finding.streamName(),
                session.redaction.text(finding.code()),
                session.redaction.text(finding.message()));
    }

    /** Sources only. */
    public List<DiscoveredStream> discover() throws ConnectorException {
        return list(DiscoveredStream.class, call("discover"));
    }

    /** Sources only: the slots of the database that is read; the cursors of the streams tell which were this pipeline's. */
    public List<LogSlot> slots(List<StreamContext> streams) throws ConnectorException {
        return list(LogSlot.class, call("slots", contexts(streams)));
    }

    /** Sources only: drops a slot that nobody is reading from, for good. */
    public void dropSlot(String name) throws ConnectorException {
        call("drop-slot", name);
    }

    /** Sources only; returns when the stream has been read to its end. */
    public ReadSummary runRead(StreamContext stream) throws ConnectorException {
        return Twins.fromWit(ReadSummary.class, run("run-read", stream));
    }

    /** Destinations only: claims the stream for its run and tells how far the load got; empty where no receipts are kept. */
    public Optional<Receipt> resume(StreamContext stream) throws ConnectorException {
        return ((Optional<?>) run("resume", stream)).map(receipt -> Twins.fromWit(Receipt.class, receipt));
    }

    /** Destinations only; returns when all of the stream is durable. */
    public WriteSummary runWrite(StreamContext stream) throws ConnectorException {
        return Twins.fromWit(WriteSummary.class, run("run-write", stream));
    }

    /** Sources and destinations: what is known of the stream's table, for a comparison with the other side's. */
    public ComparableTable comparable(StreamContext stream) throws ConnectorException {
        return Twins.fromWit(ComparableTable.class, run("comparable", stream));
    }

    /** Sources and destinations: keys that cut a range into about {@code count} slices, in order. */
    public List<List<String>> slices(Comparison what, KeyRange within, int count) throws ConnectorException {
        List<?> cuts = (List<?>) compare("slices", what, toWit(within), count);
        return cuts.stream().map(cut -> strings((List<?>) cut)).toList();
    }

    /** Sources and destinations: digests of the ranges that the cuts make, in order and all of one snapshot. */
    public List<RangeDigest> digest(Comparison what, KeyRange within, List<List<String>> cuts)
            throws ConnectorException {
        return list(RangeDigest.class, compare("digest", what, toWit(within), cuts));
    }

    /** Sources and destinations: a digest for each key in a range and, if there are {@code keys}, among them. */
    public List<RowDigest> rowDigests(Comparison what, KeyRange within, Optional<List<List<String>>> keys)
            throws ConnectorException {
        return list(RowDigest.class, compare("row-digests", what, toWit(within), keys));
    }

    /** Sources only: emits the rows of these keys. */
    public ReadSummary readRows(Comparison what, List<List<String>> keys) throws ConnectorException {
        return Twins.fromWit(ReadSummary.class, compare("read-rows", what, keys));
    }

    /**
     * Destinations only: deletes the rows of these keys, then inserts or updates by key the rows that come
     * from upstream; returns when that is durable.
     */
    public RepairSummary repair(Comparison what, List<List<String>> delete) throws ConnectorException {
        return Twins.fromWit(RepairSummary.class, compare("repair", what, delete));
    }

    /** Transforms only. */
    public TransformSummary runTransform(StreamContext stream) throws ConnectorException {
        return Twins.fromWit(TransformSummary.class, run("run-transform", stream));
    }

    /**
     * Ends whatever the guest does, now and for good: its sockets are closed, its code is stopped.
     * From any thread; returns at once. Calling it again does nothing.
     */
    public void cancel() {
        cancelled = true;
        session.sockets.cancel();
        guest.cancel();
    }

    public StageTimings timings() {
        return session.timings;
    }

    /**
     * Lets the guest close, then frees sockets and memory in any case. Calling it again does nothing.
     *
     * @throws ConnectorException what the guest's own {@code close} said; everything is freed all the same
     */
    @Override
    public void close() throws ConnectorException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closeGuest();
        } finally {
            session.sockets.closeAll();
            reports.flush();
            guest.close();
        }
    }

    /**
     * Lets the guest close and frees nothing yet: for those who want to see it closed twice.
     *
     * @throws ConnectorException what the guest's own {@code close} said
     */
    public void closeGuest() throws ConnectorException {
        if (usable && !cancelled) {
            call("close");
        }
    }

    private Object run(String function, StreamContext stream) throws ConnectorException {
        return during(stream, function, toWit(stream));
    }

    private Object compare(String function, Comparison what, Object... more) throws ConnectorException {
        Object[] args = new Object[more.length + 1];
        args[0] = Twins.toWit(Contract.type("comparison"), what);
        System.arraycopy(more, 0, args, 1, more.length);
        return during(what.context(), function, args);
    }

    private Object during(StreamContext stream, String function, Object... args) throws ConnectorException {
        session.stream = Optional.of(stream);
        try {
            return call(function, args);
        } finally {
            session.stream = Optional.empty();
        }
    }

    private Object call(String function, Object... args) throws ConnectorException {
        String doing = manifest.id() + " in " + function;
        long start = System.nanoTime();
        long hostBefore = session.timings.hostNanos();
        try {
            return value(guest.call(Contract.exported(session.role) + "#" + function, args));
        } catch (GuestException e) {
            usable = false;
            throw told(cancelled ? HostErrors.cancelled(doing, e) : HostErrors.of(doing, e));
        } catch (ConnectorException e) {
            throw told(cancelled ? HostErrors.cancelled(doing, e) : e);
        } catch (RuntimeException e) {
            usable = false;
            throw told(cancelled ? HostErrors.cancelled(doing, e) : HostErrors.defect(doing, e));
        } finally {
            batches.releaseUnderWay();
            long host = session.timings.hostNanos() - hostBefore;
            session.timings.add(Phase.GUEST, System.nanoTime() - start - host);
        }
    }

    /** As it may be told: without the settings' secrets (I31). */
    private ConnectorException told(ConnectorException e) {
        return session.redaction.exception(e);
    }

    private Object value(Object result) throws ConnectorException {
        return switch ((WitResult) result) {
            case WitResult.Ok ok -> ok.value();
            case WitResult.Err err ->
                // Before anything is cut off, which would leave half a secret standing.
                throw new ConnectorException(
                        HostErrors.bounded(session.redaction.error(Twins.fromWit(ConnectorError.class, err.value()))));
        };
    }

    private static Object toWit(StreamContext stream) {
        return Twins.toWit(Contract.type("stream-context"), stream);
    }

    private static Object toWit(KeyRange range) {
        return Twins.toWit(Contract.type("key-range"), range);
    }

    private static List<String> strings(List<?> values) {
        return values.stream().map(String.class::cast).toList();
    }

    private static <T> List<T> list(Class<T> type, Object values) {
        return ((List<?>) values)
                .stream().map(value -> Twins.fromWit(type, value)).toList();
    }

    private Imports imports() {
        Imports imports = new Imports();
        batches.addTo(imports);
        reports.addTo(imports);
        new CheckpointImports(session).addTo(imports);
        new FollowImports(session).addTo(imports);
        new StateImports(session).addTo(imports);
        new SocketImports(session).addTo(imports);
        return imports;
    }

    private GuestOptions options(InstanceSettings settings) {
        return new GuestOptions(
                (long) grants.limits().maxMemoryMb() << 20,
                AbiLimits.DEFAULT,
                settings.endless() ? grants.time().endless() : grants.time(),
                grants.variables(),
                grants.folders(),
                line -> reports.line("info", line));
    }

    private SocketOptions socketOptions(InstanceSettings settings) {
        ConnectorManifest.Limits limits = grants.limits();
        Duration connect = Duration.ofSeconds(limits.connectSeconds());
        return new SocketOptions(
                connect.compareTo(settings.connectTimeout()) < 0 ? connect : settings.connectTimeout(),
                Grants.seconds(limits.maxIdleSeconds()),
                limits.maxSockets(),
                limits.maxNetworkMb() == 0 ? Long.MAX_VALUE : (long) limits.maxNetworkMb() << 20);
    }

    private NetworkPolicy policy(Collection<String> configuredHosts) {
        ConnectorManifest.Network network = manifest.network();
        TlsRule tls = switch (grants.tls()) {
            case OPTIONAL -> TlsRule.OPTIONAL;
            case REQUIRED -> TlsRule.REQUIRED;
            case FORBIDDEN -> TlsRule.FORBIDDEN;
        };
        return new NetworkPolicy(network.allowedHosts(), configuredHosts, grants.onlyHosts(), tls);
    }
}
