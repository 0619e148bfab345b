package io.rapidbyte.e2e;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Writes to a table {@code t (id, at, note)} in transactions that stay open for a while. One thread. */
final class LateWriter {
    private final Postgres.Database database;
    private final LateClock clock;
    private final int number;
    private final RandomGenerator random;
    private int transactions;

    /** @param number tells it from other writers: each has rows of its own */
    LateWriter(Postgres.Database database, LateClock clock, int number, long seed) {
        this.database = database;
        this.clock = clock;
        this.number = number;
        this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** New rows, and sometimes changed ones, all with the time at which their transaction began. */
    void write() throws InterruptedException {
        long time = clock.begin();
        String at = "'2026-01-01 00:00:00+00'::timestamptz + " + time + " * interval '1 second'";
        long first = (long) ++transactions * 100 + number * 1_000_000L;
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into t select i, " + at + ", 'new' from generate_series(" + first + "::int8, "
                    + (first + random.nextInt(20)) + ") i");
            statement.execute("update t set at = " + at + ", note = 'changed' where id % 7 = " + random.nextInt(7)
                    + " and id / 1000000 = " + number);
            Thread.sleep(random.nextInt(30));
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } finally {
            clock.committed(time);
        }
    }
}
