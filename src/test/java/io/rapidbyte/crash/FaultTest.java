package io.rapidbyte.crash;

import io.rapidbyte.e2e.Postgres;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Wires that are cut and servers that die: each fault once, each write mode once in doubt about its commit; {@link FullFaultTest} has them all (I8, I10, I11). */
class FaultTest {
    @TempDir
    private static Path servers;

    private static Postgres mortal;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        mortal = Postgres.start(servers.resolve("mortal"));
    }

    @AfterAll
    static void stop() {
        mortal.close();
    }

    @ParameterizedTest
    @CsvSource({
        "SOURCE_CUT, INCREMENTAL_UPSERT",
        "SOURCE_DIES, APPEND",
        "DESTINATION_CUT, REPLACE",
        "DESTINATION_DIES, APPEND",
        "COMMIT_LOST, APPEND",
        "DIES_BEFORE_COMMIT, INCREMENTAL_APPEND",
        "DIES_IN_COMMIT, UPSERT",
        "ANSWER_LOST, REPLACE",
        "DIES_AFTER_COMMIT, INCREMENTAL_UPSERT",
    })
    void nothing_is_lost_or_doubled(Fault fault, Mode mode) throws IOException, InterruptedException {
        fault.happen(folder, mode, mortal);
    }
}
