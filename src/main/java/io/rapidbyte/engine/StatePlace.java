package io.rapidbyte.engine;

import io.rapidbyte.config.StateSettings;
import io.rapidbyte.model.FailureException;
import io.rapidbyte.state.StateException;
import io.rapidbyte.state.StateLocation;
import java.nio.file.Path;
import java.util.Map;

/** Where state lies, by what a pipeline and the environment say. Pure functions. */
public final class StatePlace {
    /** Names the state of pipelines that name none: a file, or a PostgreSQL as in {@code state.connection}. */
    public static final String VARIABLE = "RAPIDBYTE_STATE";

    private StatePlace() {}

    /**
     * What the pipeline says, or else {@code fallback}.
     *
     * @throws FailureException of kind {@code STATE} if the connection cannot be read as the backend's
     */
    public static StateLocation of(StateSettings settings, StateLocation fallback) {
        return settings.connection()
                .map(connection -> switch (settings.backend()) {
                    case SQLITE -> (StateLocation) new StateLocation.SqliteFile(Path.of(connection));
                    case POSTGRES -> read(connection);
                })
                .orElse(fallback);
    }

    private static StateLocation read(String text) {
        try {
            return StateLocation.of(text);
        } catch (StateException e) {
            throw StateFailures.explain(e);
        }
    }

    /**
     * Where pipelines keep their state that do not say where: {@value #VARIABLE}, or the user's data folder.
     *
     * @throws FailureException of kind {@code STATE} if the variable cannot be read
     */
    public static StateLocation byDefault(Map<String, String> environment) {
        String named = environment.getOrDefault(VARIABLE, "");
        return named.isBlank() ? StateLocation.ofUser(environment) : read(named);
    }
}
