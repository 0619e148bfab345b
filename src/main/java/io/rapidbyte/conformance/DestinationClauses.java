package io.rapidbyte.conformance;

import io.rapidbyte.conformance.Trial.Outcome;
import io.rapidbyte.model.ComparableTable;
import io.rapidbyte.model.Comparison;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.KeyRange;
import io.rapidbyte.model.RangeDigest;
import io.rapidbyte.model.Receipt;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.WriteMode;
import io.rapidbyte.model.WriteSummary;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a destination keeps to. It writes {@link Sample} rows to the table {@link Streams#TABLE}. */
final class DestinationClauses {
    private static final String NO_COMPARISON = "connector.no-comparison";
    private static final long UNREADABLE = -1;

    private final Bench bench;
    private final WriteMode mode;

    DestinationClauses(Bench bench) {
        this.bench = bench;
        List<String> modes = bench.abilities().modes();
        this.mode = modes.contains("replace")
                ? WriteMode.REPLACE
                : WriteMode.valueOf(modes.getFirst().toUpperCase(Locale.ROOT));
    }

    void addTo(Clauses clauses) {
        clauses.add(Clause.CHECK_01, () -> CommonClauses.findsNothingWrong(bench, first(Streams.load())));
        clauses.add(Clause.CHECK_03, () -> CommonClauses.wrongSecret(bench, first(Streams.load())));
        clauses.add(Clause.CHECK_04, () -> CommonClauses.noPeer(bench, first(Streams.load())));
        clauses.add(Clause.SCHEMA_01, this::zeroRows);
        clauses.add(Clause.COUNT_01, this::counts);
        clauses.add(Clause.CKPT_02, this::confirms);
        clauses.add(Clause.ERR_03, this::hostErrors);
        clauses.add(Clause.ERR_04, this::garbage);
        clauses.add(
                Clause.CANCEL_01,
                () -> CommonClauses.failsWith(
                        attempt(rows(0, 10).cancelRun(), claimed(Streams.load())),
                        Optional.of(ErrorCategory.CANCELLED)));
        clauses.add(Clause.RECEIPT_01, this::firstReceipt);
        clauses.add(Clause.RECEIPT_02, this::receipts);
        clauses.add(Clause.RECEIPT_03, this::receiptStays);
        clauses.add(Clause.RECEIPT_04, this::laterRunWins);
        clauses.add(Clause.STAGE_01, this::staging);
        clauses.add(Clause.STAGE_02, this::failedUpstream);
    }

    private static ProbePort rows(long from, long to) {
        return new ProbePort().batch(Sample.rows(from, to));
    }

    private StreamContext first(String load) {
        return Streams.write(mode, Streams.run(load, 1));
    }

    /** The context of a load's first run, which has claimed its stream. */
    private StreamContext claimed(String load) throws ConnectorException {
        StreamContext ctx = first(load);
        resume(ctx);
        return ctx;
    }

    private Optional<Receipt> resume(StreamContext ctx) throws ConnectorException {
        return bench.use(new ProbePort(), instance -> instance.resume(ctx));
    }

    private Outcome<WriteSummary> attempt(ProbePort port, StreamContext ctx) {
        return bench.attempt(port, instance -> instance.runWrite(ctx));
    }

    private WriteSummary write(ProbePort port, StreamContext ctx) throws ConnectorException {
        return bench.use(port, instance -> instance.runWrite(ctx));
    }

    /** A load of so many rows, from beginning to completeness. */
    private WriteSummary load(long rows) throws ConnectorException {
        return write(rows(0, rows).barrier(1, "all", true), claimed(Streams.load()));
    }

    /** How many rows the table has now. */
    private long count() throws ConnectorException {
        Comparison nothing = new Comparison(first(Streams.load()), List.of(), List.of());
        try {
            List<RangeDigest> digests = bench.use(
                    new ProbePort(),
                    instance -> instance.digest(nothing, new KeyRange(Optional.empty(), Optional.empty()), List.of()));
            return digests.getFirst().rows();
        } catch (ConnectorException e) {
            if (e.error().code().equals(NO_COMPARISON)) {
                throw new Skip("it cannot compare tables, so nobody can see its rows");
            }
            throw e;
        }
    }

    private String zeroRows() throws ConnectorException {
        write(rows(0, 0).barrier(1, "all", true), claimed(Streams.load()));
        ComparableTable table;
        try {
            StreamContext ctx = first(Streams.load());
            table = bench.use(new ProbePort(), instance -> instance.comparable(ctx));
        } catch (ConnectorException e) {
            if (e.error().code().equals(NO_COMPARISON)) {
                return "taken; it cannot compare tables, so nobody can see what became of it";
            }
            throw e;
        }
        Breach.unless(
                table.columns().size() >= 6,
                "of 6 columns the table has " + table.columns().size());
        Breach.unless(mode != WriteMode.REPLACE || count() == 0, "the table has rows after none replaced them");
        return table.columns().size() + " columns without rows";
    }

    private String counts() throws ConnectorException {
        WriteSummary summary = load(30);
        Breach.unless(
                summary.rows() + summary.rejected() == 30 && summary.batches() == 1,
                "it says " + summary.rows() + " rows and " + summary.rejected() + " rejected in " + summary.batches()
                        + " batches, and 30 came in 1");
        return summary.rows() + " rows written, " + summary.rejected() + " rejected";
    }

    private String confirms() throws ConnectorException {
        ProbePort port = rows(0, 10)
                .barrier(1, "ten", false)
                .batch(Sample.rows(10, 20))
                .barrier(2, "twenty", false)
                .barrier(3, "all", true);
        write(port, claimed(Streams.load()));
        Breach.unless(
                port.confirmed().equals(List.of(1L, 2L, 3L)),
                "barriers 1, 2, 3 came, and confirmed were " + port.confirmed());
        return "three barriers confirmed";
    }

    private String hostErrors() throws ConnectorException {
        return CommonClauses.failsWith(
                attempt(rows(0, 10).fail(Bench.trouble()), claimed(Streams.load())), Optional.empty());
    }

    private String garbage() throws ConnectorException {
        ProbePort port = new ProbePort()
                .batch("this is not an Arrow stream".getBytes(StandardCharsets.US_ASCII))
                .barrier(1, "all", true);
        return CommonClauses.failsWith(attempt(port, claimed(Streams.load())), Optional.empty());
    }

    private Receipt receipt(StreamContext ctx) throws ConnectorException {
        return resume(ctx)
                .orElseThrow(() -> new Skip("it keeps no receipts: rows can come twice when a load is continued"));
    }

    private String firstReceipt() throws ConnectorException {
        String load = Streams.load();
        Receipt receipt = receipt(first(load));
        expect(receipt, new Receipt(load, 0, receipt.payload(), 0, false));
        return "sequence 0";
    }

    private String receipts() throws ConnectorException {
        String load = Streams.load();
        receipt(first(load));
        // The upstream breaks behind the first barrier, and a second run ends the load.
        attempt(rows(0, 10).barrier(1, "ten", false).batch(Sample.rows(10, 20)).fail(Bench.trouble()), first(load));
        StreamContext second = Streams.write(mode, Streams.run(load, 2));
        expect(receipt(second), new Receipt(load, 1, "ten", 10, false));
        write(rows(10, 20).barrier(2, "all", true), second);
        expect(receipt(second), new Receipt(load, 2, "all", 20, true));
        return "sequence 1 after the first barrier, 2 and complete after the last";
    }

    private String receiptStays() throws ConnectorException {
        String load = Streams.load();
        StreamContext ctx = first(load);
        receipt(ctx);
        write(rows(0, 10).barrier(1, "ten", true), ctx);
        Receipt once = receipt(ctx);
        expect(receipt(ctx), once);
        return "asked twice, told the same";
    }

    private static void expect(Receipt found, Receipt wanted) {
        Breach.unless(found.equals(wanted), "it is " + found + ", where " + wanted + " was due");
    }

    private String laterRunWins() throws ConnectorException {
        String load = Streams.load();
        StreamContext earlier = first(load);
        receipt(earlier);
        StreamContext later = Streams.write(mode, Streams.run(load, 2));
        Outcome<WriteSummary> outcome =
                attempt(rows(0, 10).then(() -> claimNow(later)).barrier(1, "all", true), earlier);
        expect(receipt(later), new Receipt(load, 0, receipt(later).payload(), 0, false));
        CommonClauses.failsWith(outcome, Optional.empty());
        return CommonClauses.failsWith(
                bench.attempt(new ProbePort(), instance -> instance.resume(earlier)), Optional.empty());
    }

    /** For another instance's guest thread, which waits meanwhile. */
    private void claimNow(StreamContext ctx) {
        try {
            resume(ctx);
        } catch (ConnectorException | Breach e) {
            System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "the claim failed", e);
        }
    }

    private String staging() throws ConnectorException {
        load(3);
        long before = count();
        List<Long> seen = new ArrayList<>();
        Runnable look = () -> seen.add(countNow());
        ProbePort port = rows(0, 5).then(look).barrier(1, "five", false);
        if (mode == WriteMode.REPLACE) {
            port.then(look).batch(Sample.rows(5, 9)).then(look);
        } else {
            port.batch(Sample.rows(5, 9));
        }
        write(port.barrier(2, "all", true), claimed(Streams.load()));
        Breach.unless(!seen.contains(UNREADABLE), "the table cannot be read while rows are staged");
        Breach.unless(
                seen.stream().allMatch(rows -> rows == before),
                seen + " rows could be seen where " + before + " were published");
        long wanted = switch (mode) {
            case REPLACE -> 9;
            case APPEND -> before + 9;
            case UPSERT -> Math.max(before, 9);
        };
        Breach.unless(count() == wanted, count() + " rows are there in the end, where " + wanted + " were due");
        return before + " rows seen while others were staged, then " + wanted;
    }

    /** For another instance's guest thread, which waits meanwhile. */
    private long countNow() {
        try {
            return count();
        } catch (ConnectorException | Breach e) {
            return UNREADABLE;
        }
    }

    private String failedUpstream() throws ConnectorException {
        load(3);
        long before = count();
        CommonClauses.failsWith(
                attempt(rows(100, 105).fail(Bench.trouble()), claimed(Streams.load())), Optional.empty());
        long after = count();
        Breach.unless(after == before, after + " rows are there where " + before + " were");
        return before + " rows before and after";
    }
}
