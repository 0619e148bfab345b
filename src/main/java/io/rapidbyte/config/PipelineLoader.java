package io.rapidbyte.config;

import java.nio.file.Path;
import java.util.Map;

/** Reads pipeline files. */
public final class PipelineLoader {
    private PipelineLoader() {}

    /**
     * Reads the file at {@code path}.
     *
     * @param environment values for {@code ${VAR}} references
     * @throws PipelineException with every problem, an unreadable file among them
     */
    public static Pipeline load(Path path, Map<String, String> environment) throws PipelineException {
        throw new UnsupportedOperationException(path + " " + environment.size());
    }

    /** The same for a text; {@code file} names it in problems. */
    public static Pipeline parse(String text, String file, Map<String, String> environment) throws PipelineException {
        throw new UnsupportedOperationException(text + file + environment.size());
    }
}
