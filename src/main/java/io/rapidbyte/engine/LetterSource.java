package io.rapidbyte.engine;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rapidbyte.arrow.FrameSchema;
import io.rapidbyte.arrow.FrameSchema.FrameColumn;
import io.rapidbyte.arrow.TextRows;
import io.rapidbyte.arrow.UnreadableValueException;
import io.rapidbyte.connector.GuestPort;
import io.rapidbyte.flow.StageGuest;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.state.DeadLetter;
import io.rapidbyte.state.StateException;
import io.rapidbyte.state.StateStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a replay has in a source's place: reads dead letters from the state and emits their rows as they
 * came, of the types that they had. A barrier's payload is the id of the last one before it.
 */
final class LetterSource implements StageGuest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final StateStore store;
    private final ReplayQueue queue;
    private final StreamContext stream;
    private final GuestPort port;
    private volatile boolean cancelled;
    private long emitted;

    LetterSource(StateStore store, ReplayQueue queue, StreamContext stream, GuestPort port) {
        this.store = store;
        this.queue = queue;
        this.stream = stream;
        this.port = port;
    }

    @Override
    public Summary run() throws ConnectorException {
        queue.restart();
        long last = stream.position().map(Long::parseLong).orElse(0L);
        List<Long> next = queue.behind(last);
        while (!next.isEmpty() && !cancelled) {
            List<DeadLetter> letters = read(next);
            queue.sending(letters);
            emit(letters);
            last = next.getLast();
            next = queue.behind(last);
            // Behind the last of them the host places one: so an attempt never has nothing to read.
            if (!next.isEmpty()) {
                port.placeBarrier(Long.toString(last));
            }
        }
        if (emitted == 0) {
            throw new ConnectorException(ConnectorError.permanent(
                    ErrorCategory.DATA,
                    "replay.gone",
                    "the dead letters of stream " + stream.name() + " were removed by somebody else"));
        }
        return new Summary(0, emitted, 0, Long.toString(last));
    }

    private List<DeadLetter> read(List<Long> ids) throws ConnectorException {
        try {
            return Waiting.on(store.deadLetters(ids));
        } catch (StateException e) {
            throw new ConnectorException(
                    StateFailures.of(e, Optional.empty(), Optional.empty()).error(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ConnectorException(
                    ConnectorError.permanent(ErrorCategory.CANCELLED, "run.cancelled", "the run was cancelled"), e);
        }
    }

    /** A batch for each run of letters that have one schema, so that rows keep their order. */
    private void emit(List<DeadLetter> letters) throws ConnectorException {
        int first = 0;
        for (int end = 1; end <= letters.size(); end++) {
            if (end == letters.size()
                    || !letters.get(end).schema().equals(letters.get(first).schema())) {
                emitAlike(letters.subList(first, end));
                first = end;
            }
        }
    }

    private void emitAlike(List<DeadLetter> letters) throws ConnectorException {
        DeadLetter first = letters.getFirst();
        FrameSchema schema = schema(first);
        List<List<Optional<String>>> rows = new ArrayList<>();
        for (DeadLetter letter : letters) {
            rows.add(row(letter, schema));
        }
        try {
            port.emit(TextRows.encode(schema, rows));
        } catch (UnreadableValueException e) {
            throw unreadable(
                    "of dead letters " + first.id() + " to " + letters.getLast().id() + ": " + e.getMessage());
        }
        emitted += letters.size();
    }

    private FrameSchema schema(DeadLetter letter) throws ConnectorException {
        JsonNode json = parse(letter, letter.schema());
        List<FrameColumn> columns = new ArrayList<>();
        for (JsonNode column : json.path("columns")) {
            columns.add(new FrameColumn(
                    column.path("name").asText(),
                    column.path("type").asText(),
                    column.path("nullable").asBoolean(),
                    metadata(column)));
        }
        return new FrameSchema(columns, metadata(json));
    }

    private static Map<String, String> metadata(JsonNode of) {
        Map<String, String> metadata = new TreeMap<>();
        of.path("metadata")
                .properties()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asText()));
        return metadata;
    }

    private List<Optional<String>> row(DeadLetter letter, FrameSchema schema) throws ConnectorException {
        JsonNode json = parse(letter, letter.rejected().row());
        List<Optional<String>> row = new ArrayList<>();
        for (FrameColumn column : schema.columns()) {
            JsonNode value = json.path(column.name());
            if (value.isMissingNode()) {
                throw unreadable("dead letter " + letter.id() + " has no column " + column.name());
            }
            row.add(value.isNull() ? Optional.empty() : Optional.of(value.asText()));
        }
        if (json.size() != row.size()) {
            throw unreadable("dead letter " + letter.id() + " has columns that its schema lacks");
        }
        return row;
    }

    private JsonNode parse(DeadLetter letter, String text) throws ConnectorException {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            // Without the cause, which shows the row (I31).
            throw unreadable("dead letter " + letter.id() + " is no JSON");
        }
    }

    private ConnectorException unreadable(String what) {
        return new ConnectorException(ConnectorError.permanent(
                ErrorCategory.DATA,
                "replay.unreadable",
                "stream " + stream.name() + ", " + what + "; nothing of it was replayed. Name the others with --id"));
    }

    @Override
    public void cancel() {
        cancelled = true;
    }

    @Override
    public Map<String, Duration> timings() {
        return Map.of();
    }

    @Override
    public void close() {}
}
