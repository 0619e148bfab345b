package io.rapidbyte.wasm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rapidbyte.wasm.abi.AbiLimits;
import io.rapidbyte.wasm.abi.WitDocument;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a guest makes of files, variables and time when it tries (I30). */
class WasiTest {
    private static final GuestWorld WORLD = GuestWorld.of(WitDocument.parse(Fixture.text("wasi.wit")), "wasi");
    private static final GuestModule MODULE = GuestEngine.shared().load("wasi", Fixture.bytes("wasi.wasm"));

    /** The first number after standard input, output and error. */
    private static final int FIRST = 3;

    private static final int SECOND = 4;

    // Of WASI, for path_open.
    private static final int CREATE = 1;
    private static final int DIRECTORY = 2;
    private static final int TRUNCATE = 8;
    private static final long READ = 1 << 1;
    private static final long WRITE = 1 << 6;

    @TempDir
    Path root;

    private Path shown;
    private Path changeable;

    @BeforeEach
    void fill() throws IOException {
        shown = Files.createDirectory(root.resolve("shown"));
        changeable = Files.createDirectory(root.resolve("changeable"));
        Files.writeString(root.resolve("secret"), "the host's own");
        Files.writeString(shown.resolve("note"), "for the guest");
        Files.createDirectory(shown.resolve("inner"));
        Files.writeString(shown.resolve("inner/note"), "deeper");
        Files.createSymbolicLink(shown.resolve("fine"), Path.of("inner/note"));
        for (Path folder : List.of(shown, changeable)) {
            Files.createSymbolicLink(folder.resolve("out"), root.resolve("secret"));
            Files.createSymbolicLink(folder.resolve("up"), Path.of(".."));
            Files.createSymbolicLink(folder.resolve("nowhere"), root.resolve("made-by-guest"));
            Files.createSymbolicLink(folder.resolve("round"), Path.of("round"));
        }
    }

    @AfterEach
    void nothing_is_left() throws IOException {
        assertThat(GuestEngine.shared().liveInstances()).isZero();
        assertThat(OpenFiles.live()).isZero();
        assertThat(root.resolve("secret")).hasContent("the host's own");
        assertThat(root.resolve("made-by-guest")).doesNotExist();
        try (var entries = Files.list(root)) {
            assertThat(entries).containsExactlyInAnyOrder(root.resolve("secret"), shown, changeable);
        }
    }

    private interface Use {
        void of(GuestInstance<IOException> guest) throws Exception;
    }

    private static void with(TimeLimits time, Map<String, String> environment, List<Folder> folders, Use use)
            throws Exception {
        Fixture.onGuestThread(() -> {
            GuestOptions options = new GuestOptions(1 << 20, AbiLimits.DEFAULT, time, environment, folders, line -> {});
            try (GuestInstance<IOException> guest = MODULE.instantiate(WORLD, Map.of(), options)) {
                use.of(guest);
            }
        });
    }

    /** A guest with one folder to read and one to change. */
    private void withFolders(Use use) throws Exception {
        with(
                TimeLimits.NONE,
                Map.of(),
                List.of(new Folder("/data/in", shown, false), new Folder("/data/out", changeable, true)),
                use);
    }

    private static int open(GuestInstance<IOException> guest, int folder, String path, int oflags, long rights)
            throws IOException {
        return (Integer) guest.call("path-open", folder, path, oflags, rights);
    }

    @Test
    void a_guest_sees_nothing_of_its_host_unless_granted() throws Exception {
        with(TimeLimits.NONE, Map.of(), List.of(), guest -> {
            assertThat(guest.call("environment")).isEqualTo("");
            assertThat(guest.call("arguments")).isEqualTo(0L);
            for (int fd = 0; fd < 64; fd++) {
                assertThat((Integer) guest.call("prestat", fd))
                        .as("descriptor %d", fd)
                        .isNegative();
                for (String path : List.of(
                        "etc/passwd", "/etc/passwd", ".", root.resolve("secret").toString())) {
                    assertThat(open(guest, fd, path, 0, READ)).isNegative();
                }
            }
        });
    }

    @Test
    void a_guest_sees_the_variables_it_is_granted_and_no_others() throws Exception {
        with(TimeLimits.NONE, Map.of("PGTZ", "Europe/Zürich"), List.of(), guest -> {
            assertThat(guest.call("environment")).isEqualTo("PGTZ=Europe/Zürich\0");
        });
    }

    @Test
    void a_folder_can_be_read_and_links_that_stay_inside_are_followed() throws Exception {
        withFolders(guest -> {
            assertThat(guest.call("prestat", FIRST)).isEqualTo(0);
            assertThat(guest.call("prestat", SECOND)).isEqualTo(0);
            assertThat((Integer) guest.call("prestat", SECOND + 1)).isNegative();
            for (String path : List.of("note", "inner/../note", "./inner/.././note")) {
                assertThat(guest.call("read-text", open(guest, FIRST, path, 0, READ)))
                        .isEqualTo("for the guest");
            }
            assertThat(guest.call("read-text", open(guest, FIRST, "fine", 0, READ)))
                    .isEqualTo("deeper");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret",
                "inner/../../secret",
                "/etc/passwd",
                "/data/in/../../../etc/passwd",
                "out",
                "up/secret",
                "inner/../up/secret",
                "up/changeable/../secret",
                "../in/../../secret",
                "round",
                "nowhere",
                "",
                "note/x",
                "//etc/passwd"
            })
    void no_path_leads_out_of_a_folder(String path) throws Exception {
        withFolders(guest -> {
            for (int folder : List.of(FIRST, SECOND)) {
                int fd = open(guest, folder, path, 0, READ);
                assertThat(fd < 0 || ((String) guest.call("read-text", fd)).isEmpty())
                        .as("%s by %d", path, folder)
                        .isTrue();
                assertThat(open(guest, folder, path, CREATE, READ | WRITE)).isNegative();
                assertThat(open(guest, folder, path, CREATE | TRUNCATE, WRITE)).isNegative();
            }
            guest.call("path-stat", FIRST, path, 1);
            guest.call("path-stat", FIRST, path, 0);
        });
    }

    @Test
    void a_folder_to_read_cannot_be_changed() throws Exception {
        withFolders(guest -> {
            // The engine does not tell what it opens a file for.
            assertThat((Integer) guest.call("write-text", open(guest, FIRST, "note", 0, WRITE), "overwritten"))
                    .isNegative();
            assertThat(open(guest, FIRST, "note", TRUNCATE, READ | WRITE)).isNegative();
            assertThat(open(guest, FIRST, "new", CREATE, READ | WRITE)).isNegative();
            assertThat((Integer) guest.call("path-unlink", FIRST, "note")).isNegative();
            assertThat((Integer) guest.call("path-mkdir", FIRST, "new")).isNegative();
            assertThat((Integer) guest.call("path-rename", FIRST, "note", "other"))
                    .isNegative();
            int fd = open(guest, FIRST, "note", 0, READ);
            assertThat((Integer) guest.call("write-text", fd, "overwritten")).isNegative();
        });
        assertThat(shown.resolve("note")).hasContent("for the guest");
    }

    @Test
    void a_folder_to_change_can_be_but_not_what_links_in_it_name() throws Exception {
        withFolders(guest -> {
            int fd = open(guest, SECOND, "made", CREATE, READ | WRITE);
            assertThat(guest.call("write-text", fd, "hello")).isEqualTo(5);
            assertThat(guest.call("fd-close", fd)).isEqualTo(0);
            assertThat(guest.call("path-mkdir", SECOND, "sub")).isEqualTo(0);
            assertThat(guest.call("path-rename", SECOND, "made", "sub/moved")).isEqualTo(0);
            assertThat(open(guest, SECOND, "out", 0, WRITE)).isNegative();
            assertThat(open(guest, SECOND, "nowhere", CREATE, WRITE)).isNegative();
            assertThat((Integer) guest.call("path-unlink", SECOND, "up/secret")).isNegative();
            assertThat((Integer) guest.call("path-mkdir", SECOND, "up/new")).isNegative();
            assertThat((Integer) guest.call("path-rename", SECOND, "sub/moved", "up/new"))
                    .isNegative();
            assertThat((Integer) guest.call("path-rename", SECOND, "sub/moved", "../new"))
                    .isNegative();
        });
        assertThat(changeable.resolve("sub/moved")).hasContent("hello");
    }

    @Test
    void a_guest_makes_no_links() throws Exception {
        withFolders(guest -> {
            for (String target : List.of("/etc/passwd", "../secret", "note")) {
                assertThat((Integer) guest.call("path-symlink", target, SECOND, "link"))
                        .isNegative();
            }
        });
        assertThat(Files.exists(changeable.resolve("link"), java.nio.file.LinkOption.NOFOLLOW_LINKS))
                .isFalse();
    }

    @Test
    void descriptors_cannot_be_abused() throws Exception {
        withFolders(guest -> {
            int file = open(guest, FIRST, "note", 0, READ);
            for (int fd : List.of(-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1000)) {
                assertThat((Integer) guest.call("fd-close", Integer.toUnsignedLong(fd)))
                        .isNegative();
                assertThat((Integer) guest.call("fd-renumber", (long) file, Integer.toUnsignedLong(fd)))
                        .isNotPositive();
                assertThat(guest.call("read-text", Integer.toUnsignedLong(fd))).isEqualTo("");
                assertThat(open(guest, fd & 0xffff, "note", 0, READ)).isNegative();
            }
            assertThat((Integer) guest.call("fd-seek", (long) FIRST, Long.MIN_VALUE))
                    .isNegative();
            assertThat((Integer) guest.call("fd-seek", 0L, -1L)).isNegative();
            // A file is no folder, and no way to one.
            int other = open(guest, FIRST, "note", 0, READ);
            assertThat(open(guest, other, "../secret", 0, READ)).isNegative();
            assertThat(open(guest, FIRST, "note", DIRECTORY, READ)).isNegative();
        });
    }

    @Test
    void a_guest_opens_no_more_files_than_so_many_and_leaves_none_open() throws Exception {
        withFolders(guest -> {
            int opened = 0;
            while (open(guest, FIRST, "note", 0, READ) >= 0) {
                opened++;
            }
            assertThat(opened).isEqualTo(OpenFiles.MAX_OPEN);
            assertThat(OpenFiles.live()).isEqualTo(OpenFiles.MAX_OPEN);
        });
    }

    @Test
    void a_pipe_in_a_folder_blocks_nobody() throws Exception {
        Process made = new ProcessBuilder("mkfifo", shown.resolve("pipe").toString()).start();
        assertThat(made.waitFor()).isZero();
        withFolders(guest -> assertThat(open(guest, FIRST, "pipe", 0, READ)).isNegative());
    }

    @ParameterizedTest
    @CsvSource({"spin, WALL", "spin, CPU", "spin, SPIN", "ask-the-time, WALL", "ask-the-time, CPU", "ask-the-time, SPIN"
    })
    void a_guest_that_takes_too_much_time_is_stopped(String function, TimeLimits.Kind kind) throws Exception {
        Optional<Duration> limit = Optional.of(Duration.ofMillis(300));
        TimeLimits limits = new TimeLimits(
                kind == TimeLimits.Kind.WALL ? limit : Optional.empty(),
                kind == TimeLimits.Kind.CPU ? limit : Optional.empty(),
                kind == TimeLimits.Kind.SPIN ? limit : Optional.empty());
        with(limits, Map.of(), List.of(), guest -> {
            assertThatThrownBy(() -> guest.call(function)).isInstanceOfSatisfying(GuestOvertime.class, e -> {
                assertThat(e.kind()).isEqualTo(kind);
                assertThat(e.limit()).isEqualTo(Duration.ofMillis(300));
                assertThat(e).hasMessageContaining(function).hasMessageContaining("300 ms");
            });
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            assertThatThrownBy(() -> guest.call("arguments")).isInstanceOf(GuestUnusable.class);
        });
    }
}
