package io.rapidbyte.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.model.CursorValue;
import io.rapidbyte.model.SyncMode;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed in the middle of its writes leaves what it confirmed, whole. */
class KilledProcessTest {
    private static final int KILLS = 20;

    @TempDir
    Path folder;

    /** Saves frontiers until it is killed; prints each that was confirmed. */
    static final class Writer {
        public static void main(String[] arguments) {
            Vertx vertx = Vertx.vertx();
            StateStore store =
                    StateContract.get(StateStore.open(vertx, new StateLocation.SqliteFile(Path.of(arguments[0]))));
            OpenRun run = StateContract.get(store.beginRun(StateContract.start(
                    arguments[1], LeaseHolder.ofThisProcess(), StateContract.request("orders", SyncMode.INCREMENTAL))));
            Load load = run.loads().getFirst();
            for (long sequence = load.sequence() + 1; ; sequence++) {
                StateContract.get(
                        store.prepareDeadLetters(run, load, 1, sequence, StateContract.rejected((int) sequence), "s"));
                CursorValue cursor = new CursorValue("int8", Long.toString(sequence), Optional.empty());
                StateContract.get(store.saveFrontier(run, StateContract.frontier(load, sequence, cursor)));
                System.out.println(sequence);
            }
        }
    }

    @Test
    void what_was_confirmed_is_there_and_nothing_is_half_done_I7() throws IOException, InterruptedException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path file = folder.resolve("state.db");
        Vertx vertx = Vertx.vertx();
        try {
            for (int kill = 1; kill <= KILLS; kill++) {
                long confirmed = writeUntilKilled(file, "run-" + kill, random.nextInt(40));
                requireWhole(vertx, file, confirmed, "seed " + seed + ", kill " + kill);
            }
        } finally {
            StateContract.get(vertx.close());
        }
    }

    private static long writeUntilKilled(Path file, String runId, int pauseMs)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        file.toString(),
                        runId)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            String last = lines.readLine();
            assertThat(last).as("the writer came to write").isNotNull();
            Thread.sleep(pauseMs);
            // of the process itself: it would close what is still to be read
            process.toHandle().destroyForcibly();
            process.waitFor();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line.isEmpty() ? last : line;
            }
            return Long.parseLong(last);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void requireWhole(Vertx vertx, Path file, long confirmed, String when) {
        StateStore store = StateContract.get(StateStore.open(vertx, new StateLocation.SqliteFile(file)));
        LoadRecord load = StateContract.get(store.loads(StateContract.PIPELINE)).getFirst();
        assertThat(load.sequence()).as(when).isBetween(confirmed, confirmed + 1);
        assertThat(StateContract.get(store.cursors(StateContract.PIPELINE)))
                .as(when)
                .extracting(cursor -> cursor.value().value())
                .containsExactly(Long.toString(load.sequence()));
        long letters = 0;
        List<DeadLetter> page;
        long after = 0;
        do {
            page = StateContract.get(store.deadLetters(new DeadLetterQuery(
                    Optional.empty(), Optional.empty(), Optional.empty(), DeadLetterQuery.MAX_LIMIT, after)));
            letters += page.size();
            after = page.isEmpty() ? after : page.getLast().id();
        } while (!page.isEmpty());
        assertThat(letters).as(when).isEqualTo(load.sequence());
        StateContract.get(store.close());
    }
}
