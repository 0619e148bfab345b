package io.rapidbyte.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.rapidbyte.arrow.FrameSchema;
import io.rapidbyte.conformance.ProbePort.Emitted;
import io.rapidbyte.conformance.ProbePort.Placed;
import io.rapidbyte.conformance.Trial.Outcome;
import io.rapidbyte.connector.ConnectorInstance;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.DiscoveredStream;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.Finding;
import io.rapidbyte.model.ReadSummary;
import io.rapidbyte.model.StreamContext;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a source keeps to. */
final class SourceClauses {
    private static final JsonMapper JSON = new JsonMapper();

    /** A name that nobody gives a table. */
    private static final String NO_STREAM = "rapidbyte_conformance_no_such_stream";

    private final Bench bench;
    private Optional<List<DiscoveredStream>> discovered = Optional.empty();

    SourceClauses(Bench bench) {
        this.bench = bench;
    }

    void addTo(Clauses clauses) {
        clauses.add(Clause.CHECK_01, () -> CommonClauses.findsNothingWrong(bench, stream()));
        clauses.add(Clause.CHECK_02, this::unknownStream);
        clauses.add(Clause.CHECK_03, () -> CommonClauses.wrongSecret(bench, stream()));
        clauses.add(Clause.CHECK_04, () -> CommonClauses.noPeer(bench, stream()));
        clauses.add(Clause.DISCOVER_01, this::discovers);
        clauses.add(Clause.SCHEMA_01, this::zeroRows);
        clauses.add(Clause.SCHEMA_02, this::oneSchema);
        clauses.add(Clause.COUNT_01, this::counts);
        clauses.add(Clause.BATCH_01, this::batchSizes);
        clauses.add(Clause.SELECT_01, this::selection);
        clauses.add(Clause.CKPT_01, this::barriers);
        clauses.add(Clause.RESUME_01, this::resumes);
        clauses.add(Clause.RESUME_02, this::goesOnBehindItsCursor);
        clauses.add(
                Clause.ERR_03,
                () -> CommonClauses.failsWith(read(new ProbePort().refuse(Bench.trouble())), Optional.empty()));
        clauses.add(
                Clause.CANCEL_01,
                () -> CommonClauses.failsWith(read(new ProbePort().cancelRun()), Optional.of(ErrorCategory.CANCELLED)));
    }

    private Outcome<ReadSummary> read(ProbePort port) throws ConnectorException {
        StreamContext stream = stream();
        return bench.attempt(port, instance -> instance.runRead(stream));
    }

    private ReadSummary read(ProbePort port, StreamContext stream) throws ConnectorException {
        return bench.use(port, instance -> instance.runRead(stream));
    }

    private List<DiscoveredStream> streams() throws ConnectorException {
        if (discovered.isEmpty()) {
            discovered = Optional.of(bench.use(new ProbePort(), ConnectorInstance::discover));
        }
        return discovered.get();
    }

    private StreamContext stream() throws ConnectorException {
        Optional<String> named = bench.subject().stream();
        if (named.isPresent()) {
            return Streams.read(named.get());
        }
        return streams().stream()
                .findFirst()
                .map(first -> Streams.read(first.name()))
                .orElseThrow(() -> new Skip("it discovers no stream; name one as \"stream\" in the file of --config"));
    }

    private String unknownStream() throws ConnectorException {
        Outcome<List<Finding>> outcome =
                bench.attempt(new ProbePort(), instance -> instance.validate(List.of(Streams.read(NO_STREAM))));
        return switch (outcome) {
            case Outcome.Done<List<Finding>> done ->
                done.value().stream()
                        .filter(CommonClauses::isError)
                        .findFirst()
                        .map(Finding::message)
                        .orElseThrow(() -> new Breach("nothing is found wrong with a stream that is not there"));
            case Outcome.Failed<List<Finding>> _, Outcome.Late<List<Finding>> _ ->
                CommonClauses.failsWith(outcome, Optional.empty());
        };
    }

    private String discovers() throws ConnectorException {
        Set<String> names = new HashSet<>();
        for (DiscoveredStream stream : streams()) {
            Breach.unless(!stream.name().isBlank(), "a stream has no name");
            Breach.unless(names.add(stream.name()), "two streams have the name " + stream.name());
            Breach.unless(!stream.schema().columns().isEmpty(), "the stream " + stream.name() + " has no column");
            Breach.unless(
                    stream.schema().columns().stream()
                            .map(column -> column.name())
                            .toList()
                            .containsAll(stream.schema().primaryKey()),
                    "the key of " + stream.name() + " names a column that is not there");
        }
        return names.size() + " streams";
    }

    private String zeroRows() throws ConnectorException {
        String name = bench.subject().emptyStream().isPresent()
                ? bench.subject().emptyStream().get()
                : Optional.of(stream().name())
                        .filter(any -> rowsOf(any) == 0)
                        .orElseThrow(() ->
                                new Skip("needs a stream without rows, as \"empty_stream\" in the file of --config"));
        ProbePort port = new ProbePort();
        read(port, Streams.read(name));
        Breach.unless(port.rows().count() == 0, name + " has " + port.rows().count() + " rows");
        Breach.unless(!port.schemas().isEmpty(), "no batch came, so nobody learns the columns of " + name);
        return columns(port.schemas().getFirst()) + " columns without rows";
    }

    private long rowsOf(String name) {
        try {
            ProbePort port = new ProbePort();
            read(port, Streams.read(name));
            return port.emitted().stream().mapToLong(Emitted::rows).sum();
        } catch (ConnectorException e) {
            return -1;
        }
    }

    private String oneSchema() throws ConnectorException {
        ProbePort port = new ProbePort();
        read(port, Streams.withBatchBytes(stream(), Bench.SMALL_BATCH_BYTES));
        Breach.unless(!port.schemas().isEmpty(), "no batch came, so nobody learns the columns");
        Breach.unless(port.schemas().size() == 1, port.schemas().size() + " different schemas in one stream");
        return columns(port.schemas().getFirst()) + " columns in "
                + port.emitted().size() + " batches";
    }

    private static int columns(FrameSchema schema) {
        return schema.columns().size();
    }

    private String counts() throws ConnectorException {
        ProbePort port = new ProbePort();
        ReadSummary summary = read(port, stream());
        long rows = port.emitted().stream().mapToLong(Emitted::rows).sum();
        Breach.unless(
                summary.rows() == rows && summary.batches() == port.emitted().size(),
                "it says " + summary.rows() + " rows in " + summary.batches() + " batches, and emitted " + rows + " in "
                        + port.emitted().size());
        return rows + " rows";
    }

    private String batchSizes() throws ConnectorException {
        ProbePort port = new ProbePort();
        read(port, Streams.withBatchBytes(stream(), Bench.SMALL_BATCH_BYTES));
        return sizes(port, Bench.SMALL_BATCH_BYTES);
    }

    static String sizes(ProbePort port, long limit) {
        for (Emitted batch : port.emitted()) {
            Breach.unless(
                    batch.bytes() <= limit || batch.rows() <= 1,
                    "a batch of " + batch.rows() + " rows has " + batch.bytes() + " bytes, where " + limit
                            + " are allowed");
        }
        return port.emitted().size() + " batches";
    }

    private String selection() throws ConnectorException {
        StreamContext stream = stream();
        if (!bench.abilities().features().contains("projection")) {
            throw new Skip("it does not have the feature \"projection\"");
        }
        ProbePort whole = new ProbePort();
        read(whole, stream);
        List<String> names = names(whole.schemas().getFirst());
        List<String> some = names.size() == 1 ? names : List.of(names.getLast(), names.getFirst());
        ProbePort port = new ProbePort();
        read(port, Streams.selecting(stream, some));
        Breach.unless(
                names(port.schemas().getFirst()).equals(some),
                "selected were " + some + ", and came " + names(port.schemas().getFirst()));
        return String.join(", ", some);
    }

    private static List<String> names(FrameSchema schema) {
        return schema.columns().stream().map(FrameSchema.FrameColumn::name).toList();
    }

    private ProbePort withBarriers() throws ConnectorException {
        ProbePort port = new ProbePort();
        read(port, Streams.withBarriers(stream(), Bench.SMALL_BATCH_BYTES));
        if (port.placed().isEmpty()) {
            throw new Skip("it placed no barrier among " + port.emitted().size()
                    + " batches: a read that is cut off begins anew");
        }
        return port;
    }

    private String barriers() throws ConnectorException {
        ProbePort port = withBarriers();
        long before = 0;
        for (Placed barrier : port.placed()) {
            Breach.unless(!barrier.payload().isEmpty(), "a barrier has no payload to go on from");
            Breach.unless(barrier.before().count() > before, "two barriers stand behind the same rows");
            before = barrier.before().count();
        }
        return port.placed().size() + " barriers among " + port.emitted().size() + " batches";
    }

    private String resumes() throws ConnectorException {
        ProbePort whole = withBarriers();
        if (!whole.comparable()) {
            throw new Skip("the stream has a column whose values are not compared here");
        }
        StreamContext stream = Streams.withBatchBytes(stream(), Bench.SMALL_BATCH_BYTES);
        int middle = whole.placed().size() / 2;
        for (int index : new int[] {0, middle, whole.placed().size() - 1}) {
            Placed barrier = whole.placed().get(index);
            ProbePort rest = new ProbePort();
            read(rest, Streams.from(stream, barrier.payload()));
            Breach.unless(
                    whole.rows().areTogether(barrier.before(), rest.rows()),
                    "of " + whole.rows().count() + " rows " + barrier.before().count() + " came before a barrier, and "
                            + rest.rows().count() + " when read on from there: rows would be doubled or lost");
        }
        return whole.rows().count() + " rows, read on from "
                + Math.min(3, whole.placed().size()) + " barriers";
    }

    private String goesOnBehindItsCursor() throws ConnectorException {
        String field = bench.subject()
                .cursorField()
                .orElseThrow(() -> new Skip("needs the name of a column, as \"cursor_field\" in the file of --config"));
        StreamContext stream = Streams.withBarriers(stream(), Bench.SMALL_BATCH_BYTES);
        ProbePort whole = new ProbePort();
        ReadSummary summary = read(whole, Streams.incremental(stream, field, Optional.empty()));
        String end = summary.position().orElseThrow(() -> new Breach("an incremental read ended without a cursor"));
        for (Placed barrier : whole.placed()) {
            ProbePort rest = new ProbePort();
            read(rest, Streams.incremental(stream, field, Optional.of(cursor(barrier.payload()))));
            Breach.unless(
                    whole.rows().areTogether(barrier.before(), rest.rows()),
                    "of " + whole.rows().count() + " rows " + barrier.before().count() + " came before a cursor, and "
                            + rest.rows().count() + " when read on from there");
        }
        ProbePort nothing = new ProbePort();
        read(nothing, Streams.incremental(stream, field, Optional.of(cursor(end))));
        Breach.unless(nothing.rows().count() == 0, nothing.rows().count() + " rows came again behind the last cursor");
        return whole.rows().count() + " rows, read on from " + (whole.placed().size() + 1) + " cursors";
    }

    private static CursorValue cursor(String payload) {
        try {
            JsonNode value = JSON.readTree(payload);
            Breach.unless(
                    value.path("type-name").isTextual() && value.path("value").isTextual(),
                    "the payload of an incremental read is the JSON object of a cursor-value, not " + payload);
            return new CursorValue(
                    value.path("type-name").asText(),
                    value.path("value").asText(),
                    Optional.of(value.path("tie-breaker"))
                            .filter(JsonNode::isTextual)
                            .map(JsonNode::asText));
        } catch (JsonProcessingException e) {
            throw new Breach("the payload of an incremental read is no JSON: " + e.getOriginalMessage());
        }
    }
}
