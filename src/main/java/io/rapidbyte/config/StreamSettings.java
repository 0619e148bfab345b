package io.rapidbyte.config;

import io.rapidbyte.model.SyncMode;
import java.util.List;
import java.util.Optional;

/** One stream of a source: what to read of it, and how. */
public record StreamSettings(String name, SyncMode syncMode, Optional<List<String>> columns) {}
