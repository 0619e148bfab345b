/**
 * The only room that decides: plans a run into streams, stages and edges, drives it through the run
 * machine, and tells its story as events. Vert.x event loops; nothing in here blocks, but for
 * comparisons, each of which has a thread of its own.
 */
@NullMarked
package io.rapidbyte.engine;

import org.jspecify.annotations.NullMarked;
