/**
 * The command line: commands, progress, tables, exit codes. Only {@code Main} calls in. Its own thread is
 * the main thread; events of a run arrive on an event loop and only leave notes for the progress printer.
 */
@NullMarked
package io.rapidbyte.cli;

import org.jspecify.annotations.NullMarked;
