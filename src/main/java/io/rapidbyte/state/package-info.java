/**
 * Everything durable that runs keep: leases, runs and their attempts, loads and cursors, dead letters,
 * connectors' entries. {@link io.rapidbyte.state.StateStore} is the door; behind it lies one SQLite file or one
 * PostgreSQL schema with the same tables. Called from any thread, blocks none; the blocking is done
 * on Vert.x workers. No other package knows SQL.
 */
@NullMarked
package io.rapidbyte.state;

import org.jspecify.annotations.NullMarked;
