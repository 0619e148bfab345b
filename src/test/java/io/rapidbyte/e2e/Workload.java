package io.rapidbyte.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Writers whose transactions overlap, driven by one seed: inserts, updates, deletes, changed keys, values stored out of
 * line, rows put back by savepoints, transactions rolled back or prepared, large ones, columns that come, and now and
 * then an emptied table. Each writer keeps to keys of its own, so that none waits for another. The server allows prepared
 * transactions.
 */
public final class Workload implements AutoCloseable {
    private static final int WRITERS = 3;
    private static final int KEYS_A_WRITER = 40;

    /** Columns that come in the course of it. */
    private static final int MAX_COLUMNS = 5;

    /** Rows of a large transaction. */
    private static final int MANY = 60;

    private final RandomGenerator random;
    private final String table;
    private final List<Connection> writers = new ArrayList<>();

    /** Ends what was prepared. */
    private final Connection coordinator;

    /** By the writer's number; its name, as keys of its transaction are locked until it ends. */
    private final Map<Integer, String> prepared = new HashMap<>();

    private int columns;

    /** @param table made by {@link #table} */
    public Workload(Postgres.Database database, String table, long seed) {
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        this.table = table;
        try {
            coordinator = database.connect();
            for (int i = 0; i < WRITERS; i++) {
                Connection writer = database.connect();
                writer.setAutoCommit(false);
                writers.add(writer);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The statement that makes a table for it. */
    public static String table(String name) {
        return "create table " + name + " (id bigint primary key, name text not null, body text, amount numeric(12,2),"
                + " at timestamptz, doc jsonb, tags text[], \"Odd \"\"name\"\"\" bytea)";
    }

    /** So many steps of all writers together. What they began is open afterwards. */
    public void steps(int count) {
        try {
            for (int i = 0; i < count; i++) {
                step();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Ends all transactions. */
    public void settle() {
        try {
            for (int i = 0; i < writers.size(); i++) {
                decide(i);
                writers.get(i).commit();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** In the columns that the source has, the tables are equal, whatever their order. */
    public static void assertSame(Postgres.Database source, Postgres.Database target, String table) {
        String columns = source.value("select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute"
                + " where attrelid = '" + table + "'::regclass and attnum > 0 and not attisdropped");
        String hash = "select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from (select "
                + columns + " from " + table + ") t";
        assertThat(target.value(hash)).as(columns).isEqualTo(source.value(hash));
    }

    /** Played back, the log in the target is the table at the source, and no change is in it twice. */
    public static void assertLogComesTo(Postgres.Database source, Postgres.Database target, String table) {
        assertThat(target.value("select count(*) - count(distinct (_rb_lsn, _rb_seq)) from " + table
                        + " where _rb_op <> 'snapshot'"))
                .as("changes that came twice")
                .isEqualTo("0");
        assertThat(target.value("select count(*) - count(distinct id) from " + table + " where _rb_op = 'snapshot'"))
                .as("rows that were copied twice")
                .isEqualTo("0");
        List<String> emptied = target.values("select '(''' || _rb_lsn || ''',' || _rb_seq || ')' from " + table
                + " where _rb_op = 'truncate' order by _rb_lsn desc, _rb_seq desc limit 1");
        String since = emptied.isEmpty() ? "" : " and (_rb_lsn, _rb_seq) > " + emptied.getFirst();
        String played = "(select distinct on (id) * from " + table + " where _rb_op <> 'truncate'" + since
                + " order by id, _rb_lsn desc, _rb_seq desc) l where _rb_op <> 'delete'";
        String hash = "select count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)"
                + " from (select id, name, amount, at, doc from %s) t";
        assertThat(target.value(String.format(hash, played))).isEqualTo(source.value(String.format(hash, table)));
    }

    private void step() throws SQLException {
        int number = random.nextInt(writers.size());
        Connection writer = writers.get(number);
        decide(number);
        int dice = random.nextInt(100);
        if (dice < 12) {
            writer.commit();
        } else if (dice < 15) {
            writer.rollback();
        } else if (dice < 17) {
            prepare(writer, number);
        } else if (dice < 20) {
            Savepoint point = writer.setSavepoint();
            change(writer, number);
            if (random.nextBoolean()) {
                writer.rollback(point);
            }
        } else if (dice == 21) {
            many(writer, number);
        } else if (dice == 22 && random.nextInt(4) == 0) {
            settle();
            alter(writer);
            writer.commit();
        } else if (dice == 20 && random.nextInt(4) == 0) {
            settle();
            change(writer, number);
            run(writer, "truncate " + table);
            change(writer, number);
            writer.commit();
        } else {
            change(writer, number);
        }
    }

    private void prepare(Connection writer, int number) throws SQLException {
        change(writer, number);
        String name = table + "-" + number;
        run(writer, "prepare transaction '" + name + "'");
        writer.commit();
        prepared.put(number, name);
    }

    /** Commits what the writer has prepared, or not. */
    private void decide(int number) throws SQLException {
        String name = prepared.remove(number);
        if (name != null) {
            run(coordinator, (random.nextInt(3) == 0 ? "rollback" : "commit") + " prepared '" + name + "'");
        }
    }

    /** Changes many rows at once, beyond the keys of the others. */
    private void many(Connection writer, int number) throws SQLException {
        String keys = "(1000 + i) * " + WRITERS + " + " + number;
        String rows = " from generate_series(1, " + MANY + ") i";
        switch (random.nextInt(3)) {
            case 0 -> run(writer, "delete from " + table + " where id in (select " + keys + rows + ")");
            default ->
                run(
                        writer,
                        "insert into " + table + " (id, name, amount) select " + keys + ", 'many ' || i, i" + rows
                                + " on conflict (id) do update set name = excluded.name || '!'");
        }
    }

    /** A column that comes has values in the rows that are changed from then on. One that went could not be told from a renamed one. */
    private void alter(Connection writer) throws SQLException {
        if (columns == MAX_COLUMNS) {
            return;
        }
        String name = "extra_" + columns++;
        run(writer, "alter table " + table + " add column " + name + " text");
        run(writer, "update " + table + " set " + name + " = 'é' || id where id % 2 = 0");
    }

    private void change(Connection writer, int number) throws SQLException {
        long key = key(number);
        switch (random.nextInt(8)) {
            case 0, 1, 2 ->
                run(
                        writer,
                        "insert into " + table + " values (" + row(key) + ") on conflict (id) do update set name ="
                                + " excluded.name || '+', amount = excluded.amount");
            case 3 ->
                run(writer, "update " + table + " set name = name || '" + random.nextInt(10) + "' where id = " + key);
            case 4 ->
                run(
                        writer,
                        "update " + table + " set body = " + body() + ", tags = array['null', null, 'a,b'], doc = null"
                                + " where id = " + key);
            // Where the key is free. What is stored out of line goes along.
            case 5, 6 -> {
                long other = key(number);
                run(
                        writer,
                        "update " + table + " set id = " + other + " where id = " + key
                                + " and not exists (select from " + table + " where id = " + other + ")");
            }
            default -> run(writer, "delete from " + table + " where id = " + key);
        }
    }

    private long key(int number) {
        return (long) random.nextInt(KEYS_A_WRITER) * WRITERS + number;
    }

    private String row(long key) {
        return key + ", 'näme ''" + random.nextInt(1000) + "''', " + body() + ", " + random.nextInt(-100000, 100000)
                + " / 100.0, timestamptz '1999-12-31 23:59:59.5Z' + interval '1 day' * " + random.nextInt(20000)
                + ", '{\"n\": "
                + random.nextInt(100) + "}', '{null,\"null\"}', '\\x00ff" + String.format("%02x", random.nextInt(256))
                + "'";
    }

    /** Long enough to be stored out of line, and not to be compressed away. */
    private String body() {
        return random.nextInt(3) == 0
                ? "null"
                : "(select string_agg(md5(i::text || " + random.nextInt() + "), '') from generate_series(1, 120) i)";
    }

    private static void run(Connection writer, String sql) throws SQLException {
        try (Statement statement = writer.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() {
        try {
            for (Connection writer : writers) {
                writer.close();
            }
            coordinator.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
