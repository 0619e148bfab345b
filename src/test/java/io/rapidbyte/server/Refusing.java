package io.rapidbyte.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.e2e.Postgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** A pipeline of a server, from PostgreSQL to PostgreSQL, whose destination refuses 5 of 20 rows until it is mended. */
record Refusing(String name, Postgres.Database target) {
    static final int ROWS = 20;
    static final int REFUSED = 5;

    static Refusing store(TestServer server, String name) {
        Postgres.Database source = Postgres.shared().database();
        Postgres.Database target = Postgres.shared().database();
        source.execute(
                "create table items (id bigint primary key, amount int not null)",
                "insert into items select i, i from generate_series(1, " + ROWS + ") i");
        target.execute("create table items (id bigint, amount int constraint small check (amount <= " + (ROWS - REFUSED)
                + "))");
        try {
            Files.writeString(server.pipelines.resolve(name + ".yaml"), """
                    version: "1.0"
                    pipeline: %s
                    source:
                      use: source-postgres
                      config: {host: 127.0.0.1, port: %d, user: postgres, database: %s}
                      streams:
                        - name: items
                    destination:
                      use: dest-postgres
                      config: {host: 127.0.0.1, port: %d, user: postgres, database: %s}
                      write_mode: append
                      on_data_error: dlq
                    """.formatted(
                    name, source.server().port(), source.name(), target.server().port(), target.name()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Refusing(name, target);
    }

    /** Runs it, so that there are dead letters. */
    Refusing run(TestServer server) {
        assertThat(server.ended(server.run(name)).path("status").asText()).isEqualTo("succeeded");
        return this;
    }

    void mend() {
        target.execute("alter table items drop constraint small");
    }

    long rows() {
        return Long.parseLong(target.value("select count(*) from items"));
    }
}
