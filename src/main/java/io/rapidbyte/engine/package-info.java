/**
 * The only room that decides: plans a run into streams, stages and edges, drives it through the run
 * machine, and tells its story as events. Vert.x event loops; nothing in here blocks.
 */
@NullMarked
package io.rapidbyte.engine;

import org.jspecify.annotations.NullMarked;
