package io.rapidbyte.config;

import java.util.List;
import java.util.Optional;

/**
 * A pipeline file, parsed and found sound.
 *
 * @param schedule when {@code rapidbyte serve} runs it by itself; empty if never
 */
public record Pipeline(
        String name,
        SourceSettings source,
        List<TransformSettings> transforms,
        DestinationSettings destination,
        StateSettings state,
        Resources resources,
        Optional<Schedule> schedule,
        Origins origins) {
    public Pipeline {
        transforms = List.copyOf(transforms);
    }
}
