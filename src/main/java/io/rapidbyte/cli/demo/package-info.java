/**
 * {@code rapidbyte demo}: two PostgreSQL servers of its own, a shop in one of them, a pipeline to the other,
 * and the proof that every row arrived. Main thread. The servers and the driver are on the class path only
 * when the {@code rapidbyte} script puts them there; classes that need them are loaded after a look.
 */
@NullMarked
package io.rapidbyte.cli.demo;

import org.jspecify.annotations.NullMarked;
