package io.rapidbyte.engine;

import io.rapidbyte.config.Pipeline;
import io.rapidbyte.flow.GuestDialog;
import io.rapidbyte.model.ConnectorError;
import io.rapidbyte.model.ConnectorException;
import io.rapidbyte.model.Cursor;
import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.ErrorCategory;
import io.rapidbyte.model.LogSlot;
import io.rapidbyte.model.SlotReader;
import io.rapidbyte.model.StreamContext;
import io.rapidbyte.state.StoredCursor;
import java.util.List;
import java.util.Optional;

/** Questions about the slots that a source's server keeps. Pure functions; questions run on a guest thread. */
final class Slots {
    private Slots() {}

    static GuestDialog.Question<List<LogSlot>> all(Pipeline pipeline, List<StoredCursor> cursors) {
        List<StreamContext> streams = ConnectorPlanner.contexts(pipeline, RunIds.next()).stream()
                .map(stream -> at(stream, cursors))
                .toList();
        return instance -> instance.slots(streams);
    }

    /** The stream where its cursor stands, which names the slot that it was read from. */
    private static StreamContext at(StreamContext stream, List<StoredCursor> cursors) {
        Optional<CursorValue> value = cursors.stream()
                .filter(cursor -> cursor.stream().equals(stream.name()))
                .map(StoredCursor::value)
                .findFirst();
        return new StreamContext(
                stream.name(),
                stream.syncMode(),
                stream.writeMode(),
                stream.primaryKey(),
                stream.selectedColumns(),
                stream.cursor().map(cursor -> at(cursor, value)),
                stream.position(),
                stream.schema(),
                stream.limits(),
                stream.policies(),
                stream.partition(),
                stream.run());
    }

    private static Cursor at(Cursor cursor, Optional<CursorValue> value) {
        return new Cursor(
                cursor.field(),
                cursor.tieBreakerField(),
                value,
                cursor.nulls(),
                cursor.lagSeconds(),
                cursor.siblings(),
                cursor.follow());
    }

    /**
     * Drops those that {@code named} names, or those that the pipeline reads from, and gives them back as they were. None is dropped
     * unless all can be found.
     */
    static GuestDialog.Question<List<LogSlot>> drop(
            Pipeline pipeline, List<StoredCursor> cursors, Optional<String> named) {
        return instance -> {
            List<LogSlot> found = all(pipeline, cursors).ask(instance);
            List<LogSlot> chosen = found.stream()
                    .filter(slot -> named.map(slot.name()::equals).orElse(slot.reader() == SlotReader.PIPELINE))
                    .toList();
            if (chosen.isEmpty()) {
                throw missing(found, named);
            }
            for (LogSlot slot : chosen) {
                instance.dropSlot(slot.name());
            }
            return chosen;
        };
    }

    private static ConnectorException missing(List<LogSlot> found, Optional<String> named) {
        List<String> names = found.stream().map(LogSlot::name).toList();
        String what = named.map(name -> "there is no slot " + name).orElse("this pipeline has no slot");
        String others = names.isEmpty() ? "; the database has none" : "; the database has " + String.join(", ", names);
        return new ConnectorException(
                ConnectorError.permanent(ErrorCategory.CONFIG, "source.no-such-slot", what + others));
    }
}
