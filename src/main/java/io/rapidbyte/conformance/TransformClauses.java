package io.rapidbyte.conformance;

import io.rapidbyte.conformance.ProbePort.Emitted;
import io.rapidbyte.conformance.Trial.Outcome;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.model.TransformSummary;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a transform keeps to. It is given {@link Sample} rows. */
final class TransformClauses {
    private static final int ROWS = 200;
    private static final StreamContext STREAM = Streams.read("rapidbyte_conformance");

    private final Bench bench;

    TransformClauses(Bench bench) {
        this.bench = bench;
    }

    void addTo(Clauses clauses) {
        clauses.add(Clause.CHECK_01, () -> CommonClauses.findsNothingWrong(bench, STREAM));
        clauses.add(Clause.SCHEMA_01, this::zeroRows);
        clauses.add(Clause.SCHEMA_02, this::oneSchema);
        clauses.add(Clause.COUNT_01, this::counts);
        clauses.add(Clause.BATCH_01, this::batchSizes);
        clauses.add(Clause.BATCH_02, this::boundaries);
        clauses.add(Clause.ROWS_01, this::rows);
        clauses.add(Clause.ERR_03, this::hostErrors);
        clauses.add(Clause.ERR_04, this::garbage);
        clauses.add(
                Clause.CANCEL_01,
                () -> CommonClauses.failsWith(
                        attempt(new ProbePort().batch(Sample.rows(0, ROWS)).cancelRun()),
                        Optional.of(ErrorCategory.CANCELLED)));
    }

    private Outcome<TransformSummary> attempt(ProbePort port) {
        return bench.attempt(port, instance -> instance.runTransform(STREAM));
    }

    private TransformSummary run(ProbePort port) throws ConnectorException {
        return bench.use(port, instance -> instance.runTransform(STREAM));
    }

    /** All rows in frames of so many. */
    private static ProbePort inBatchesOf(int rows) {
        ProbePort port = new ProbePort();
        for (int from = 0; from < ROWS; from += rows) {
            port.batch(Sample.rows(from, Math.min(ROWS, from + rows)));
        }
        return port;
    }

    private String zeroRows() throws ConnectorException {
        ProbePort port = new ProbePort().batch(Sample.rows(0, 0));
        TransformSummary summary = run(port);
        Breach.unless(
                !port.schemas().isEmpty(),
                "a schema went in and none came out: a stream without rows loses its columns");
        Breach.unless(
                port.rows().count() == 0 && summary.rowsIn() == 0 && summary.rowsOut() == 0,
                "no row went in, and it says " + summary.rowsIn() + " in and " + summary.rowsOut() + " out");
        return port.schemas().getFirst().columns().size() + " columns without rows";
    }

    private String oneSchema() throws ConnectorException {
        ProbePort empty = new ProbePort().batch(Sample.rows(0, 0));
        run(empty);
        ProbePort full = inBatchesOf(64);
        run(full);
        Breach.unless(full.schemas().size() <= 1, full.schemas().size() + " different schemas in one stream");
        Breach.unless(
                full.schemas().isEmpty() || full.schemas().equals(empty.schemas()),
                "with rows the columns are others than without");
        return "one schema, with rows and without";
    }

    private String counts() throws ConnectorException {
        ProbePort port = inBatchesOf(64);
        TransformSummary summary = run(port);
        long out = port.emitted().stream().mapToLong(Emitted::rows).sum();
        Breach.unless(
                summary.rowsIn() == ROWS && summary.rowsOut() == out,
                "it says " + summary.rowsIn() + " rows in and " + summary.rowsOut() + " out, and " + ROWS
                        + " went in and " + out + " came out");
        return ROWS + " in, " + out + " out";
    }

    private String batchSizes() throws ConnectorException {
        ProbePort port = inBatchesOf(ROWS);
        StreamContext narrow = Streams.withBatchBytes(STREAM, Sample.rows(0, ROWS).length);
        bench.use(port, instance -> instance.runTransform(narrow));
        return SourceClauses.sizes(port, narrow.limits().maxBatchBytes());
    }

    private String boundaries() throws ConnectorException {
        ProbePort whole = inBatchesOf(ROWS);
        run(whole);
        if (!whole.comparable()) {
            throw new Skip("a column comes out whose values are not compared here");
        }
        for (int rows : List.of(1, 7, 64)) {
            ProbePort parts = inBatchesOf(rows);
            run(parts);
            Breach.unless(
                    parts.rows().equals(whole.rows()) && parts.rejected() == whole.rejected(),
                    "in one batch " + whole.rows().count() + " rows come out and " + whole.rejected()
                            + " are rejected, in batches of " + rows + " "
                            + parts.rows().count() + " and "
                            + parts.rejected() + ", or other ones");
        }
        return "the same rows from batches of 1, 7, 64 and " + ROWS;
    }

    private String rows() throws ConnectorException {
        ProbePort port = inBatchesOf(64);
        run(port);
        long out = port.emitted().stream().mapToLong(Emitted::rows).sum();
        long accounted = out + port.rejected();
        List<String> features = bench.abilities().features();
        Breach.unless(
                accounted >= ROWS || features.contains("drops_rows"),
                (ROWS - accounted) + " of " + ROWS + " rows are lost; a transform that leaves rows out says so with the"
                        + " feature \"drops_rows\"");
        Breach.unless(
                accounted <= ROWS || features.contains("adds_rows"),
                (accounted - ROWS) + " rows came that did not go in; a transform that adds rows says so with the"
                        + " feature \"adds_rows\"");
        return ROWS + " in, " + out + " out, " + port.rejected() + " rejected";
    }

    private String hostErrors() {
        CommonClauses.failsWith(attempt(new ProbePort().refuse(Bench.trouble())), Optional.empty());
        ProbePort upstream = new ProbePort().batch(Sample.rows(0, 10)).fail(Bench.trouble());
        return CommonClauses.failsWith(attempt(upstream), Optional.empty());
    }

    private String garbage() {
        ProbePort port = new ProbePort().batch("this is not an Arrow stream".getBytes(StandardCharsets.US_ASCII));
        return CommonClauses.failsWith(attempt(port), Optional.empty());
    }
}
