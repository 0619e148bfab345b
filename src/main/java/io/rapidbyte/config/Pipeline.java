package io.rapidbyte.config;

import java.util.List;

/** A pipeline file, parsed and found sound. */
public record Pipeline(
        String name,
        SourceSettings source,
        List<TransformSettings> transforms,
        DestinationSettings destination,
        StateSettings state,
        Resources resources,
        Origins origins) {
    public Pipeline {
        transforms = List.copyOf(transforms);
    }
}
