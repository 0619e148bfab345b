package io.rapidbyte.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.rapidbyte.e2e.Postgres;
import io.rapidbyte.model.SyncMode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state database that goes away, comes back, or does not let us in. */
class PostgresFaultsTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        StateContract.get(vertx.close());
    }

    private static StateLocation at(Postgres.Database database, String query) {
        return StateLocation.of(
                "postgresql://postgres:geheim@127.0.0.1:" + database.server().port() + "/" + database.name() + query);
    }

    @Test
    void a_store_outlives_the_death_of_its_server() {
        try (Postgres server = Postgres.start(folder.resolve("data"))) {
            Postgres.Database database = server.database();
            StateStore store = StateContract.get(StateStore.open(vertx, at(database, "")));
            OpenRun run = StateContract.get(store.beginRun(StateContract.start(
                    "run-1", StateContract.ME, StateContract.request("orders", SyncMode.FULL_REFRESH))));
            Load load = run.loads().getFirst();
            StateContract.get(store.saveFrontier(run, StateContract.frontier(load, 1, false)));

            server.killNow();
            StateException gone = StateContract.failure(
                    StateException.class, store.saveFrontier(run, StateContract.frontier(load, 2, false)));
            assertThat(gone.code()).isEqualTo("state.unreachable");
            assertThat(gone.retryable()).isTrue();
            assertThat(gone).hasMessageContaining("127.0.0.1:" + server.port());

            server.restart();
            StateContract.get(store.saveFrontier(run, StateContract.frontier(load, 2, false)));
            assertThat(StateContract.get(store.loads(StateContract.PIPELINE)))
                    .extracting(LoadRecord::sequence)
                    .containsExactly(2L);
            StateContract.get(store.close());
        }
    }

    @Test
    void first_opens_at_the_same_time_make_one_state_in_the_schema_that_was_named() {
        Postgres.Database database = Postgres.shared().database();
        List<Future<StateStore>> opening = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            opening.add(StateStore.open(vertx, at(database, "?schema=My%20%22state%22")));
        }
        opening.forEach(store -> StateContract.get(StateContract.get(store).close()));
        assertThat(database.value("select count(*) from \"My \"\"state\"\"\".migrations"))
                .isEqualTo(Integer.toString(Migrations.all().size()));
    }

    @Test
    void a_newer_or_altered_state_is_refused() {
        Postgres.Database database = Postgres.shared().database();
        StateContract.get(
                StateContract.get(StateStore.open(vertx, at(database, ""))).close());
        database.execute("insert into rapidbyte.migrations values (99, 'x', 0)");
        assertThat(refused(at(database, "")).code()).isEqualTo("state.newer");
        database.execute(
                "delete from rapidbyte.migrations where version = 99", "update rapidbyte.migrations set checksum = ''");
        assertThat(refused(at(database, "")).code()).isEqualTo("state.migration-changed");
    }

    @Test
    void a_password_is_in_no_error_I31() {
        Postgres server = Postgres.shared();
        StateLocation missing =
                StateLocation.of("postgresql://postgres:geheim@127.0.0.1:" + server.port() + "/nowhere");
        StateLocation closed = StateLocation.of("host=127.0.0.1 port=1 dbname=x user=postgres password='ge heim'");
        assertThat(refused(missing).code()).isEqualTo("state.cannot-open");
        assertThat(refused(closed).code()).isEqualTo("state.unreachable");
        for (StateLocation location : List.of(missing, closed)) {
            assertThat(location.toString()).doesNotContain("heim");
            for (Throwable e = refused(location); e != null; e = e.getCause()) {
                assertThat(e.toString()).doesNotContain("heim");
            }
        }
    }

    private StateException refused(StateLocation location) {
        StateException refused =
                catchThrowableOfType(StateException.class, () -> StateContract.get(StateStore.open(vertx, location)));
        assertThat(refused).isNotNull();
        return refused;
    }
}
