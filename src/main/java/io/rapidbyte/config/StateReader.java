package io.rapidbyte.config;

import io.rapidbyte.config.StateSettings.Backend;
import java.util.Optional;

/** {@code state}: where what outlives a run is kept. */
final class StateReader {
    private StateReader() {}

    static StateSettings read(Section root) {
        return root.section("state", SectionKeys.STATE).map(StateReader::state).orElse(StateSettings.DEFAULT);
    }

    private static boolean isPostgres(String connection) {
        return connection.startsWith("postgresql://") || connection.startsWith("postgres://");
    }

    private static StateSettings state(Section section) {
        Backend backend = section.choice("backend", Backend.class).orElse(StateSettings.DEFAULT.backend());
        Optional<String> connection = section.text("connection");
        if (connection.isPresent() && connection.get().isBlank()) {
            section.problem("connection", "is empty", "name the file or the server, or remove it");
        }
        if (backend == Backend.POSTGRES && connection.isEmpty()) {
            section.problem(
                    "connection",
                    "is needed with backend: postgres",
                    "write postgresql://user:password@host:port/database");
        }
        if (backend == Backend.SQLITE
                && connection.filter(StateReader::isPostgres).isPresent()) {
            section.problem("connection", "is a PostgreSQL server, not a file", "write backend: postgres beside it");
        }
        return new StateSettings(backend, connection);
    }
}
