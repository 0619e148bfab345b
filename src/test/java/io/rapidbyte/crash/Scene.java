package io.rapidbyte.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.rapidbyte.crash.MortalRun.Jvm;
import io.rapidbyte.crash.MortalRun.Outcome;
import io.rapidbyte.crash.MortalRun.Strike;
import io.rapidbyte.e2e.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A table, a pipeline that copies it, and the books of its runs. The table has a key, a version to be the cursor (with ties), and a
 * note; a row whose note begins with {@code bad} is one that the destination's table refuses.
 */
final class Scene {
    /** As small as batches get. A frontier lies between two, so that a run has a handful of them. */
    private static final String MAX_BATCH = "64kb";

    private static final int ROWS_A_FRONTIER = 50;

    /** Some eighty rows fill a batch. */
    private static final int PADDING = 800;

    private static final int FIRST_ROWS = 450;
    private static final int MORE_ROWS = 120;

    private final Path folder;
    private final Mode mode;
    private final Variant variant;
    private final Postgres.Database source;
    private final Postgres.Database target;
    private final Map<String, String> resources = new LinkedHashMap<>();
    private int sourcePort;
    private int targetPort;
    private Optional<Postgres.Database> stateServer = Optional.empty();
    private Optional<Jvm> jvm = Optional.empty();
    private String columns = "";
    private int runs;
    private int loadsGivenUp;

    /** With databases of its own on the shared server. */
    Scene(Path folder, Mode mode, Variant variant) {
        this(
                folder,
                mode,
                variant,
                Postgres.shared().database(),
                Postgres.shared().database());
    }

    Scene(Path folder, Mode mode, Variant variant, Postgres.Database source, Postgres.Database target) {
        this.folder = folder;
        this.mode = mode;
        this.variant = variant;
        this.source = source;
        this.target = target;
        this.sourcePort = source.server().port();
        this.targetPort = target.server().port();
        resource("max_batch_bytes", MAX_BATCH).rowsAFrontier(ROWS_A_FRONTIER);
        if (variant == Variant.STATE_SERVER) {
            stateIn(source.server().database());
        }
        makeTables();
        addRows(FIRST_ROWS);
        source.execute("analyze items");
    }

    Postgres.Database source() {
        return source;
    }

    Postgres.Database target() {
        return target;
    }

    /** Where the state lies that is not in a file. */
    Postgres.Database stateServer() {
        return stateServer.orElseThrow();
    }

    Scene rowsAFrontier(int rows) {
        return resource("checkpoint_interval_rows", Integer.toString(rows));
    }

    Scene resource(String key, String value) {
        resources.put(key, "  " + key + ": " + value + "\n");
        return this;
    }

    /** The program reaches the source over this. */
    Scene sourceThrough(Wire wire) {
        sourcePort = wire.port();
        return this;
    }

    /** The program reaches the destination over this. */
    Scene targetThrough(Wire wire) {
        targetPort = wire.port();
        return this;
    }

    /** Runs are started so; by default {@linkplain QuickStart quickly}. */
    Scene on(Jvm chosen) {
        jvm = Optional.of(chosen);
        return this;
    }

    /** The pipeline keeps its state in a database instead of a file. */
    Scene stateIn(Postgres.Database database) {
        stateServer = Optional.of(database);
        return this;
    }

    /** The open load, of which nothing is there yet, is never gone on with. */
    void givesUpItsLoad() {
        loadsGivenUp++;
    }

    /** From now on the pipeline says other things of the stream, though the rows stay the same. */
    void changeSettings() {
        columns = ", columns: [id, version, note]";
    }

    private void makeTables() {
        source.execute("create table items (id bigint primary key, version bigint not null, note text not null)");
        // Without a key where rows may pile up; the check is what refuses the bad ones.
        String key = "id bigint not null" + (mode.upserts() ? " primary key" : "");
        String all = key + ", version bigint not null, note text not null check (note not like 'bad%')";
        switch (variant) {
            case PLAIN, BAD_ROWS, LOST_ANSWERS, STATE_SERVER -> target.execute("create table items (" + all + ")");
            case NO_TABLE -> {}
            case NARROW_TABLE -> target.execute("create table items (" + key + ")");
            case KEPT_TABLE ->
                target.execute(
                        "create table items (" + all + ")", "create view newest as select max(version) from items");
        }
    }

    /** New rows behind those that are there, three of each version. */
    void addRows(int count) {
        addRows(count, PADDING);
    }

    /** @param padding characters that each row has in excess */
    void addRows(int count, int padding) {
        String note = (variant.badRows() ? "case when i % 100 = 50 then 'bad ' else 'good ' end" : "'good '")
                + " || i || repeat('x', " + padding + ")";
        // The first ones share the highest version with rows of which a run may have seen some already (I12).
        source.execute("insert into items select i, v + (i - top) / 3, " + note
                + " from (select coalesce(max(id), 0) as top, coalesce(max(version), 0) as v from items) t,"
                + " generate_series(t.top + 1, t.top + " + count + ") i");
    }

    /** What happens at the source between two runs. */
    void timePasses() {
        change(MORE_ROWS);
    }

    /** New rows, and changed ones where those are looked for. A table that is read in full has to stay as it is. */
    void change(int newRows) {
        if (mode.incremental()) {
            if (mode.upserts()) {
                source.execute("update items set version = (select max(version) from items) + 1, note = note || '+'"
                        + " where id % 13 = 1 and note not like 'bad%'");
            }
            addRows(newRows);
        }
    }

    MortalRun start(Optional<Strike> strike) throws IOException {
        return start(strike, List.of(), stateFile());
    }

    /** Dead letters are given to the destination once more. */
    Outcome replay(Optional<Strike> strike) throws IOException, InterruptedException {
        return start(strike, List.of(), stateFile(), "dlq", "replay").finish();
    }

    /** @param prefix words before the program's own, such as those of a program that starts it elsewhere */
    MortalRun start(Optional<Strike> strike, List<String> prefix, Path state) throws IOException {
        return start(strike, prefix, state, "run");
    }

    /** The user forgets how far the stream has got. */
    Outcome reset(Optional<Strike> strike) throws IOException, InterruptedException {
        return start(strike, List.of(), stateFile(), "state", "reset").finish();
    }

    private MortalRun start(Optional<Strike> strike, List<String> prefix, Path state, String... command)
            throws IOException {
        Files.createDirectories(folder);
        Path pipeline = Files.writeString(folder.resolve("pipeline.yaml"), yaml());
        return MortalRun.start(
                folder.resolve("run-" + ++runs),
                jvm.orElseGet(QuickStart::jvm),
                strike,
                Map.of("RAPIDBYTE_STATE", state.toString()),
                prefix,
                Stream.concat(Stream.of(command), Stream.of(pipeline.toString()))
                        .toArray(String[]::new));
    }

    Outcome run(Optional<Strike> strike) throws IOException, InterruptedException {
        return start(strike).finish();
    }

    Outcome run() throws IOException, InterruptedException {
        return run(Optional.empty());
    }

    Path stateFile() {
        return folder.resolve("state.db");
    }

    Books books() {
        return stateServer.map(Books::of).orElseGet(() -> Books.of(stateFile()));
    }

    private String yaml() {
        return "version: \"1.0\"\npipeline: crash\nsource:\n  use: source-postgres\n"
                + "  config: {host: 127.0.0.1, port: " + sourcePort + ", user: postgres, database: " + source.name()
                + ", resume: key}\n  streams:\n    - {name: items, " + mode.streamKeys() + columns
                + "}\n"
                + "destination:\n  use: dest-postgres\n"
                + "  config: {host: 127.0.0.1, port: " + targetPort + ", user: postgres, database: " + target.name()
                + "}\n" + mode.destinationKeys() + "\n"
                + (variant.badRows() ? "  on_data_error: dlq\n" : "")
                + stateServer.map(Scene::stateKeys).orElse("")
                + "resources:\n" + String.join("", resources.values());
    }

    private static String stateKeys(Postgres.Database state) {
        return "state:\n  backend: postgres\n  connection: \"host=127.0.0.1 port="
                + state.server().port() + " user=postgres dbname=" + state.name() + "\"\n";
    }

    /** After a run that succeeded: every good row is there as often as it was loaded, and all is tidied up. */
    void assertWhole() {
        int loads = mode.piles() ? books().loads() - loadsGivenUp : 1;
        assertThat(target.value("select count(*) || ' ' || coalesce(min(n), 0) || ' ' || coalesce(max(n), 0) from"
                        + " (select count(*) n from items i group by i::text) g"))
                .as("distinct rows, and the fewest and the most copies of one")
                .isEqualTo(source.value("select count(*) from items where note not like 'bad%'") + " " + loads + " "
                        + loads);
        assertThat(target.value(hashOf("(select distinct * from items)")))
                .as("hash of the rows")
                .isEqualTo(source.value(hashOf("(select * from items where note not like 'bad%')")));
        assertThat(target.values("select tablename from pg_tables where schemaname = 'public' order by 1"))
                .as("no shadow is left")
                .containsExactly("_rapidbyte_receipts", "items");
        books().assertClosed(source, mode, variant.badRows());
    }

    private static String hashOf(String rows) {
        return "select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from " + rows + " t";
    }
}
