package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Outcome;
import io.rapidbyte.crash.MortalRun.Strike;
import io.rapidbyte.e2e.Postgres;
import io.rapidbyte.e2e.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of changes that die wherever something becomes durable, while the source goes on (I8, I23, I24). */
class KilledChangesTest {
    private static final long SEED = Long.getLong("crash.seed", 20_261);
    private static final int STEPS = 150;

    @TempDir
    private Path folder;

    private Postgres.Database source;
    private Postgres.Database target;
    private int runs;

    @BeforeEach
    void databases() {
        source = Postgres.shared().database();
        target = Postgres.shared().database();
        source.execute(Workload.table("t"));
    }

    /** So that the server forgets its log. */
    @AfterEach
    void dropSlots() {
        source.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where database ="
                + " current_database()");
    }

    @Test
    void a_log_has_each_change_once() throws IOException, InterruptedException {
        dieAt("append", Strike.kill(Steps.COMMITTED, 1), Strike.kill(Steps.COMMITTED, 2));
        Workload.assertLogComesTo(source, target, "t");
    }

    @Test
    void a_table_is_that_of_the_source() throws IOException, InterruptedException {
        dieAt(
                "upsert",
                Strike.kill(Steps.ROWS_STAGED, 1),
                Strike.kill(Steps.COMMITTING, 2),
                Strike.kill(Steps.FRONTIER_SAVED, 3));
        Workload.assertSame(source, target, "t");
    }

    /** The first strike hits the copy. */
    private void dieAt(String writeMode, Strike... strikes) throws IOException, InterruptedException {
        try (Workload workload = new Workload(source, "t", SEED)) {
            workload.steps(STEPS);
            // A copy waits for whoever is writing.
            workload.settle();
            run(writeMode, Optional.of(strikes[0])).killed();
            run(writeMode, Optional.empty()).succeeded();
            for (Strike strike : List.of(strikes).subList(1, strikes.length)) {
                workload.steps(STEPS);
                run(writeMode, Optional.of(strike)).killed();
            }
            workload.settle();
        }
        run(writeMode, Optional.empty()).succeeded();
    }

    private Outcome run(String writeMode, Optional<Strike> strike) throws IOException, InterruptedException {
        String server = "host: 127.0.0.1, port: " + source.server().port() + ", user: postgres, database: ";
        String yaml = "version: \"1.0\"\npipeline: " + target.name() + "\nsource:\n  use: source-postgres\n  config: {"
                + server
                + source.name()
                + "}\n  streams:\n    - {name: t, sync_mode: cdc}\ndestination:\n  use: dest-postgres\n  config: {"
                + server + target.name() + "}\n  write_mode: " + writeMode
                + "\nresources:\n  checkpoint_interval_rows: 10\n";
        Path pipeline = Files.writeString(folder.resolve("pipeline.yaml"), yaml);
        return MortalRun.start(
                        folder.resolve("run-" + ++runs),
                        QuickStart.jvm(),
                        strike,
                        Map.of("RAPIDBYTE_STATE", folder.resolve("state.db").toString()),
                        List.of(),
                        "run",
                        pipeline.toString())
                .finish();
    }
}
