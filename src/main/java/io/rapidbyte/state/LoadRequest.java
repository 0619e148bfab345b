package io.rapidbyte.state;

import io.rapidbyte.model.SyncMode;
import io.rapidbyte.model.WriteMode;

/**
 * A stream that needs a load.
 *
 * @param fingerprint of the settings that make a load's position meaningful; compared by the caller, not here
 */
public record LoadRequest(String stream, SyncMode syncMode, WriteMode writeMode, String fingerprint) {}
