package io.rapidbyte.crash;

import io.rapidbyte.crash.MortalRun.Jvm;
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
import java.util.stream.Collectors;

/** A pipeline of changes between two databases of the shared server, whose runs may die. */
final class ChangesScene implements AutoCloseable {
    private final Path folder;
    private final String writeMode;
    private final Jvm jvm;
    private final List<String> tables;
    private final Postgres.Database source = Postgres.shared().database();
    private final Postgres.Database target = Postgres.shared().database();
    private int sourcePort = source.server().port();
    private int targetPort = target.server().port();
    private int runs;

    /** @param tables made here, for a {@link Workload} each */
    ChangesScene(Path folder, String writeMode, Jvm jvm, String... tables) {
        this.folder = folder;
        this.writeMode = writeMode;
        this.jvm = jvm;
        this.tables = List.of(tables);
        this.tables.forEach(table -> source.execute(Workload.table(table)));
    }

    Postgres.Database source() {
        return source;
    }

    /** The program reaches the source over this. */
    void sourceThrough(Wire wire) {
        sourcePort = wire.port();
    }

    /** The program reaches the destination over this. */
    void targetThrough(Wire wire) {
        targetPort = wire.port();
    }

    /** A run that drains, to its end. */
    Outcome run(Optional<Strike> strike) throws IOException, InterruptedException {
        return start(strike).finish();
    }

    /** A run that drains. */
    MortalRun start(Optional<Strike> strike) throws IOException {
        return start("", strike);
    }

    /** A run that goes on until it is killed. */
    MortalRun follow() throws IOException {
        return start("  follow: true\n  flush_interval: 50ms\n", Optional.empty());
    }

    private MortalRun start(String following, Optional<Strike> strike) throws IOException {
        return command("run", following, strike);
    }

    private MortalRun command(String command, String following, Optional<Strike> strike) throws IOException {
        String streams = tables.stream()
                .map(table -> "    - {name: " + table + ", sync_mode: cdc}\n")
                .collect(Collectors.joining());
        String yaml = "version: \"1.0\"\npipeline: " + target.name() + "\nsource:\n  use: source-postgres\n  config: "
                + database(sourcePort, source) + "\n" + following + "  streams:\n" + streams
                + "destination:\n  use: dest-postgres\n  config: " + database(targetPort, target) + "\n  write_mode: "
                + writeMode + "\nresources:\n  checkpoint_interval_rows: 10\n";
        Path pipeline = Files.writeString(folder.resolve("pipeline.yaml"), yaml);
        return MortalRun.start(
                folder.resolve("run-" + ++runs),
                jvm,
                strike,
                Map.of("RAPIDBYTE_STATE", folder.resolve("state.db").toString()),
                List.of(),
                command,
                pipeline.toString());
    }

    private static String database(int port, Postgres.Database database) {
        return "{host: 127.0.0.1, port: " + port + ", user: postgres, database: " + database.name() + "}";
    }

    /** The log comes to the tables, or they are those of the source. */
    void assertEqual() throws IOException, InterruptedException {
        if (writeMode.equals("append")) {
            tables.forEach(table -> Workload.assertLogComesTo(source, target, table));
        } else {
            command("verify", "", Optional.empty()).finish().succeeded();
            tables.forEach(table -> Workload.assertSame(source, target, table));
        }
    }

    /** So that the server forgets its log. */
    @Override
    public void close() {
        source.execute("select pg_drop_replication_slot(slot_name) from pg_replication_slots where database ="
                + " current_database()");
    }
}
