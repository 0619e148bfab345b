package io.rapidbyte.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rapidbyte.conformance.Verdict.Outcome;
import io.rapidbyte.connector.ConnectorCatalog;
import io.rapidbyte.e2e.Postgres;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The connectors that come with Rapidbyte keep every clause of the contract, on real servers. */
class OwnConnectorsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @Test
    void source_postgres_keeps_every_clause() {
        Postgres.Database database = Postgres.shared().database();
        database.execute(
                "create table items (id bigint primary key, name text, price numeric(9,2), at timestamptz)",
                "insert into items select i, case when i % 5 > 0 then 'item ' || i end, i / 4.0, 'epoch'::timestamptz + i * interval '1 h'"
                        + " from generate_series(1, 300) i",
                "create table nothing (id int primary key, note text)");
        ObjectNode config = login(database, "conformance_reader").put("resume", "key");
        keepsEveryClause(
                "source-postgres",
                new Subject(config, Optional.of("items"), Optional.of("nothing"), Optional.of("id")));
    }

    @Test
    void dest_postgres_keeps_every_clause() {
        Postgres.Database database = Postgres.shared().database();
        keepsEveryClause("dest-postgres", subject(login(database, "conformance_writer")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "transform-mask | {'salt': 's', 'rules': {'email': {'method': 'hash'}, 'name': {'method': 'redact'}}}",
                "transform-filter | {'where': {'any': [{'column': 'id', 'op': '<', 'value': 50}, {'column': 'name', 'op': 'is_null'}]}}",
                "transform-validate | {'rules': [{'column': 'name', 'not_null': true}, {'column': 'amount', 'unique': true}], 'on_violation': 'dlq'}",
                "transform-cast-rename | {'rename': {'name': 'label'}, 'cast': {'amount': 'numeric(9,2)'}, 'constant': {'n': {'type': 'integer', 'value': 1}}}",
            })
    void transforms_keep_every_clause(String name, String config) throws Exception {
        keepsEveryClause(name, subject((ObjectNode) new JsonMapper().readTree(config.replace('\'', '"'))));
    }

    /** A role that has to give its password, with the rights to do its work. */
    private static ObjectNode login(Postgres.Database database, String user) {
        database.server().requirePassword(user, "right", "scram-sha-256");
        database.execute(
                "grant create, usage on schema public to " + user,
                "grant create on database " + database.name() + " to " + user);
        database.execute("grant select on all tables in schema public to " + user);
        return JsonNodeFactory.instance
                .objectNode()
                .put("host", "127.0.0.1")
                .put("port", database.server().port())
                .put("user", user)
                .put("password", "right")
                .put("database", database.name());
    }

    private static Subject subject(ObjectNode config) {
        return new Subject(config, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static void keepsEveryClause(String name, Subject subject) {
        ConformanceReport report;
        try {
            report = new Conformance(Optional.of(subject), PATIENCE, Set.of(Clause.values()))
                    .of(ConnectorCatalog.of(List.of()).find(name));
        } catch (io.rapidbyte.model.ConnectorException e) {
            throw new AssertionError(e);
        }
        assertThat(report.verdicts())
                .hasSizeGreaterThan(15)
                .allSatisfy(verdict -> assertThat(verdict.outcome())
                        .as(verdict.clause().id() + ": " + verdict.reason())
                        .isEqualTo(Outcome.PASS));
    }
}
