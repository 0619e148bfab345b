/**
 * The command line: commands, progress, tables, exit codes. Only {@code Main} calls in. Its own thread is
 * the main thread; events of a run arrive on an event loop and are queued at once for a thread that may block on output.
 */
@NullMarked
package io.rapidbyte.cli;

import org.jspecify.annotations.NullMarked;
