package io.rapidbyte.state;

import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;
import java.util.Optional;

/**
 * A stream that needs a load.
 *
 * @param fingerprint of the settings that make a load's position meaningful; compared by the caller, not here
 * @param cursorField the column that the stream's cursor is of, and with {@code tieBreakerField} kept with each value
 */
public record LoadRequest(
        String stream,
        LoadPurpose purpose,
        SyncMode syncMode,
        WriteMode writeMode,
        String fingerprint,
        Optional<String> cursorField,
        Optional<String> tieBreakerField) {
    /** A load of what the source has. */
    public LoadRequest(
            String stream,
            SyncMode syncMode,
            WriteMode writeMode,
            String fingerprint,
            Optional<String> cursorField,
            Optional<String> tieBreakerField) {
        this(stream, LoadPurpose.STREAM, syncMode, writeMode, fingerprint, cursorField, tieBreakerField);
    }
}
