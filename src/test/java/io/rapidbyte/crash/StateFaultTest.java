package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rapidbyte.crash.MortalRun.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state that cannot be read or written ends the run with a clear error, never with a silent fresh start (I7, I9). */
class StateFaultTest {
    /** The tables fit, and the log of some frontiers. */
    private static final String SMALL_DISK = "700k";

    private static final int MANY_ROWS = 4_000;

    @TempDir
    private Path folder;

    private Scene scene(Mode mode) {
        return new Scene(folder, mode, Variant.PLAIN);
    }

    @Test
    void a_file_that_is_no_state() throws IOException, InterruptedException {
        Scene scene = scene(Mode.APPEND);
        byte[] foreign =
                "these are the voyages of something else entirely".repeat(200).getBytes(StandardCharsets.UTF_8);
        Files.write(scene.stateFile(), foreign);

        Outcome refused = scene.run().failed();

        assertThat(refused.words()).contains(scene.stateFile().toString());
        assertThat(Files.readAllBytes(scene.stateFile())).isEqualTo(foreign);
        assertThat(scene.target().value("select count(*) from items")).isEqualTo("0");
    }

    @Test
    void a_state_whose_pages_are_torn() throws IOException, InterruptedException {
        Scene scene = scene(Mode.INCREMENTAL_APPEND);
        scene.run().succeeded();
        byte[] whole = Files.readAllBytes(scene.stateFile());
        byte[] torn = whole.clone();
        Arrays.fill(torn, 4096, torn.length, (byte) 0x5a);
        Files.write(scene.stateFile(), torn);
        String before = scene.target().fingerprint("items");

        Outcome refused = scene.run().failed();

        assertThat(refused.words()).contains(scene.stateFile().toString());
        assertThat(scene.target().fingerprint("items")).isEqualTo(before);
        Files.write(scene.stateFile(), whole);
        scene.timePasses();
        scene.run().succeeded();
        scene.assertWhole();
    }

    /** The program sees a small file system of its own, whose files are taken out when it has ended. */
    @Test
    void the_disk_of_the_state_fills_up() throws IOException, InterruptedException {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        List<String> onSmallDisk = List.of(
                "unshare",
                "--user",
                "--map-root-user",
                "--mount",
                "--",
                "sh",
                "-c",
                "mount -t tmpfs -o size=" + SMALL_DISK + " tmpfs " + disk + " && \"$@\"; code=$?; cp " + disk
                        + "/state.db* " + folder + "; exit $code",
                "sh");
        assumeTrue(works(onSmallDisk), "this system lets nobody mount a file system of his own");
        Scene scene = scene(Mode.APPEND);
        scene.addRows(MANY_ROWS);

        Outcome full = scene.start(Optional.empty(), onSmallDisk, disk.resolve("state.db"))
                .finish()
                .failed();

        assertThat(full.words())
                .contains("the disk is full")
                .contains(disk.resolve("state.db").toString());
        assertThat(full.hits()).as("it got some way").contains(Steps.FRONTIER_SAVED);
        scene.run().succeeded();
        scene.assertWhole();
    }

    private static boolean works(List<String> prefix) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add("true");
        // What it would take out is not there.
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }
}
