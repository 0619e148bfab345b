package io.rapidbyte.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rapidbyte.model.SyncMode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A state file that is not as it should be is a clear error, and never a fresh start. */
class SqliteFaultsTest {
    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        StateContract.get(vertx.close());
    }

    private StateStore open(Path file) {
        return StateContract.get(StateStore.open(vertx, new StateLocation.SqliteFile(file)));
    }

    private StateException refused(Path file) {
        StateException refused = catchThrowableOfType(StateException.class, () -> open(file));
        assertThat(refused).as("should have been refused").isNotNull();
        assertThat(refused).hasMessageContaining(file.toString());
        return refused;
    }

    /** A state with a run in it. */
    private Path used(Path file) {
        StateStore store = open(file);
        OpenRun run = StateContract.get(store.beginRun(StateContract.start(
                "run-1", StateContract.ME, StateContract.request("orders", SyncMode.FULL_REFRESH))));
        StateContract.get(
                store.saveFrontier(run, StateContract.frontier(run.loads().getFirst(), 1, false)));
        StateContract.get(store.close());
        return file;
    }

    @Test
    void the_file_and_its_folders_are_made_for_their_owner_alone() throws IOException {
        Path file = used(folder.resolve("a").resolve("b").resolve("state.db"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(file.getParent())) {
            assertThat(files).as("nothing is left of its making").containsExactly(file);
        }
    }

    @Test
    void a_file_that_is_no_database() throws IOException {
        Path file = Files.writeString(folder.resolve("state.db"), "version: 1\n".repeat(1000));
        assertThat(refused(file).code()).isEqualTo("state.not-a-database");
        assertThat(Files.readString(file)).startsWith("version: 1");
    }

    @Test
    void a_file_without_bytes() throws IOException {
        Path file = Files.createFile(folder.resolve("state.db"));
        assertThat(refused(file).code()).isEqualTo("state.empty");
    }

    @Test
    void a_truncated_file() throws IOException {
        Path file = used(folder.resolve("state.db"));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(Files.size(file) / 2);
        }
        assertThat(refused(file).code()).isEqualTo("state.corrupt");
    }

    @Test
    void a_damaged_file() throws IOException {
        Path file = used(folder.resolve("state.db"));
        byte[] bytes = Files.readAllBytes(file);
        for (int i = 100; i < bytes.length; i++) {
            bytes[i] = (byte) 0xA5;
        }
        Files.write(file, bytes);
        assertThat(refused(file).code()).isEqualTo("state.corrupt");
    }

    @Test
    void a_database_of_another_program() throws SQLException {
        Path file = folder.resolve("state.db");
        execute(file, "CREATE TABLE contacts (name TEXT)");
        assertThat(refused(file).code()).isEqualTo("state.foreign");
    }

    @Test
    void a_folder_that_cannot_be_made() throws IOException {
        Path blocked = Files.createFile(folder.resolve("file"));
        assertThat(refused(blocked.resolve("state.db")).code()).isEqualTo("state.cannot-open");
        assertThat(refused(Path.of("/proc/nowhere/state.db")).code()).isEqualTo("state.cannot-open");
        assertThat(refused(folder.resolve("what?").resolve("state.db")).code()).isEqualTo("state.cannot-open");
    }

    @Test
    void a_folder_in_place_of_the_file() throws IOException {
        Path file = Files.createDirectory(folder.resolve("state.db"));
        assertThat(refused(file).code()).isEqualTo("state.cannot-open");
    }

    @Test
    void a_file_that_may_not_be_written() throws IOException, InterruptedException {
        Path sub = folder.resolve("sub");
        Path file = used(sub.resolve("state.db"));
        mount("--bind", sub.toString(), sub.toString());
        try {
            mount("-o", "remount,ro,bind", sub.toString());
            assertThat(refused(file).code()).isIn("state.read-only", "state.cannot-open");
        } finally {
            run("umount", sub.toString());
        }
    }

    @Test
    void a_full_disk_saves_nothing_and_can_be_mended() throws IOException, InterruptedException {
        Path disk = Files.createDirectory(folder.resolve("disk"));
        mount("-t", "tmpfs", "-o", "size=512k", "tmpfs", disk.toString());
        try {
            fillAndMend(disk);
        } finally {
            run("umount", disk.toString());
        }
    }

    private void fillAndMend(Path disk) throws IOException {
        StateStore store = open(disk.resolve("state.db"));
        OpenRun run = StateContract.get(store.beginRun(StateContract.start(
                "run-1", StateContract.ME, StateContract.request("orders", SyncMode.FULL_REFRESH))));
        Load load = run.loads().getFirst();
        StateContract.get(store.saveFrontier(run, StateContract.frontier(load, 1, false)));
        Path ballast = disk.resolve("ballast");
        fill(ballast);

        String large = "x".repeat(200_000);
        StateException full = StateContract.failure(
                StateException.class, store.prepareDeadLetters(run, load, 1, 2, StateContract.rejected(1), large));
        assertThat(full.code()).isEqualTo("state.disk-full");
        assertThat(full).hasMessageContaining("disk is full").hasMessageContaining(disk.toString());

        Files.delete(ballast);
        assertThat(StateContract.get(store.loads(StateContract.PIPELINE)))
                .extracting(LoadRecord::sequence)
                .containsExactly(1L);
        StateContract.get(store.saveFrontier(run, StateContract.frontier(load, 2, true)));
        StateContract.get(store.close());
    }

    private static void fill(Path ballast) throws IOException {
        try (FileChannel channel = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (true) {
                channel.write(java.nio.ByteBuffer.allocate(1024));
            }
        } catch (IOException full) {
            // as was meant
        }
    }

    @Test
    void migrations_are_all_or_nothing_and_told_apart() throws SQLException {
        Path file = used(folder.resolve("state.db"));
        StateContract.get(open(file).close());

        execute(file, "UPDATE migrations SET checksum = 'other'");
        assertThat(refused(file).code()).isEqualTo("state.migration-changed");
        execute(file, "DELETE FROM migrations");
        assertThat(refused(file).code()).as("tables without their history").isEqualTo("state.failed");
    }

    @Test
    void a_newer_state_is_refused() throws SQLException {
        Path file = used(folder.resolve("state.db"));
        execute(file, "INSERT INTO migrations SELECT max(version) + 1, 'x', 0 FROM migrations");
        assertThat(refused(file))
                .hasMessageContaining("newer version")
                .extracting(StateException::code)
                .isEqualTo("state.newer");
    }

    @Test
    void a_migration_that_fails_leaves_the_state_as_it_was() throws SQLException {
        Path file = used(folder.resolve("state.db"));
        SqliteDialect dialect = new SqliteDialect(file);
        try (Connection connection = dialect.connect()) {
            String good = "CREATE TABLE more (a ${long})${strict};\n";
            Migrations broken = new Migrations(dialect, andThen(good + "CREATE TABLE leases (a TEXT);\n"));
            SQLException failed = catchThrowableOfType(SQLException.class, () -> broken.apply(connection));
            assertThat(failed.getMessage()).contains("leases");
            new Migrations(dialect, andThen(good)).apply(connection);
        }
        assertThat(refused(file).code()).isEqualTo("state.newer");
    }

    private static List<String> andThen(String script) {
        List<String> scripts = new ArrayList<>(Migrations.all());
        scripts.add(script);
        return scripts;
    }

    @Test
    void first_opens_at_the_same_time_make_one_state() {
        Path file = folder.resolve("new").resolve("state.db");
        List<io.vertx.core.Future<StateStore>> opening = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            opening.add(StateStore.open(vertx, new StateLocation.SqliteFile(file)));
        }
        List<StateStore> stores = opening.stream().map(StateContract::get).toList();
        StateContract.get(stores.getFirst().putEntry("a", "k", new byte[] {7}));
        for (StateStore store : stores) {
            assertThat(StateContract.get(store.entry("a", "k")).orElseThrow()).containsExactly(7);
            StateContract.get(store.close());
        }
    }

    private static void execute(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void mount(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("mount"));
        command.addAll(List.of(arguments));
        assumeTrue(run(command.toArray(String[]::new)) == 0, "only root can mount");
    }

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    }
}
