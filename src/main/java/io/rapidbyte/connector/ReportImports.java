package io.rapidbyte.connector;

import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.RejectedRecord;
import io.rapidbyte.wasm.abi.Unit;
import io.rapidbyte.wasm.abi.WitEnum;
import io.rapidbyte.wasm.abi.WitVariant;
import java.util.HashSet;
import java.util.Set;

/**
 * {@code log}, {@code metric}, {@code emit-dlq-record} and {@code schema-changed}: what a guest tells of its work. Lines and
 * metrics are capped and thinned and never fail a run (I32); rejected rows are passed on whole (I20).
 */
final class ReportImports {
    static final int MAX_LINE_CHARS = 8 << 10;
    static final int MAX_METRIC_NAME_CHARS = 128;

    /** A statement that makes a table of 1,600 columns is not longer. */
    static final int MAX_CHANGE_CHARS = 256 << 10;

    /** Of one instance; each alters a table, of which it has one. */
    static final int MAX_CHANGES = 1_000;

    /** Names are for dashboards; a guest that makes them up as it goes would fill the host's memory. */
    static final int MAX_METRIC_NAMES = 256;

    private static final System.Logger LOG = System.getLogger(ReportImports.class.getName());

    private final Session session;
    private final LineGate gate = new LineGate(System.nanoTime());
    private final Set<String> metricNames = new HashSet<>();
    private long droppedMetrics;
    private int changes;

    ReportImports(Session session) {
        this.session = session;
    }

    void addTo(Imports imports) {
        imports.addSafe("log", this::log);
        imports.addSafe("metric", this::metric);
        imports.add("emit-dlq-record", this::reject);
        imports.add("schema-changed", this::schemaChanged);
    }

    /** A line that the guest wrote to stdout or stderr, or said through {@code log}. */
    void line(String level, String message) {
        if (!gate.admit(System.nanoTime())) {
            return;
        }
        long dropped = gate.takeDropped();
        if (dropped > 0) {
            tell("warn", dropped + " lines of the connector's log were dropped, because they came too fast");
        }
        tell(level, Text.printable(Text.cut(session.redaction.text(message), MAX_LINE_CHARS)));
    }

    /** Says what was dropped and not told yet; when the instance ends. */
    void flush() {
        long lines = gate.takeDropped();
        if (lines + droppedMetrics > 0) {
            tell(
                    "warn",
                    "dropped from the connector's reports: " + lines + " log lines, " + droppedMetrics
                            + " metric values");
        }
        droppedMetrics = 0;
    }

    private Object log(Object[] args) {
        line(((WitEnum) args[0]).caseName(), (String) args[1]);
        return Unit.UNIT;
    }

    private Object metric(Object[] args) {
        String name = session.redaction.text((String) args[0]);
        if (name.startsWith(StageTimings.ANNOUNCEMENT)) {
            session.timings.announce(name.substring(StageTimings.ANNOUNCEMENT.length()));
            return Unit.UNIT;
        }
        WitVariant value = (WitVariant) args[1];
        double number = number(value.payload());
        boolean known = metricNames.contains(name);
        boolean welcome = known
                || (!name.isEmpty()
                        && name.length() <= MAX_METRIC_NAME_CHARS
                        && metricNames.size() < MAX_METRIC_NAMES
                        && metricNames.add(name));
        if (!welcome || !Double.isFinite(number)) {
            droppedMetrics++;
            return Unit.UNIT;
        }
        try {
            session.port.metric(name, value.caseName(), number);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "a metric could not be delivered", e);
            droppedMetrics++;
        }
        return Unit.UNIT;
    }

    private static double number(Object payload) {
        // A counter is unsigned; past 2^63 the sign bit is part of the number.
        return payload instanceof Long count
                ? (count >= 0 ? count : (double) (count >>> 1) * 2)
                : ((Number) payload).doubleValue();
    }

    private Object reject(Object[] args) throws ConnectorException {
        RejectedRecord rejected = Twins.fromWit(RejectedRecord.class, args[0]);
        // The row is data and stays whole (I20); what is said of it is the connector's word.
        session.port.reject(new RejectedRecord(
                rejected.streamName(),
                rejected.row(),
                rejected.category(),
                session.redaction.text(rejected.code()),
                session.redaction.text(rejected.message())));
        return Unit.UNIT;
    }

    private Object schemaChanged(Object[] args) throws ConnectorException {
        changes++;
        if (changes > MAX_CHANGES) {
            throw HostErrors.protocol("schema-changed", "at most " + MAX_CHANGES + " times");
        }
        session.port.schemaChanged(Text.printable(Text.cut((String) args[0], MAX_CHANGE_CHARS)));
        return Unit.UNIT;
    }

    private void tell(String level, String message) {
        try {
            session.port.log(level, message);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.DEBUG, "a connector's log line could not be delivered", e);
        }
    }
}
