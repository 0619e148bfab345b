package io.rapidbyte.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Reads settings that are no pipeline, in the same YAML, of which JSON is a part. */
public final class SettingsLoader {
    private SettingsLoader() {}

    /**
     * The mapping in the file at {@code path}, as JSON.
     *
     * @param environment values for {@code ${VAR}} references; those of {@code ${file:path}} are read beside the file
     * @throws PipelineException with every problem in the order of the file; an unreadable file is one
     */
    public static ObjectNode load(Path path, Map<String, String> environment) throws PipelineException {
        String file = path.toString();
        Problems problems = new Problems(file);
        Variables variables = new Variables(environment, Optional.of(ReferredFiles.beside(path)), problems);
        Reading reading = new Reading(variables, problems);
        ObjectNode settings = JsonValues.object(
                reading,
                PipelineLoader.document(PipelineLoader.text(path), file, problems)
                        .root(),
                KeyPath.ROOT);
        problems.throwIfAny();
        return settings;
    }
}
