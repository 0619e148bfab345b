/**
 * What the host itself does with a batch: a cheap, distrustful look at an Arrow IPC frame, compression of
 * whole frames, and frames of rows that are given as text. Pure functions over direct byte buffers that the caller owns; safe on
 * any thread as long as nobody writes to the buffer meanwhile. No event loop, no guest in here.
 */
@NullMarked
package io.rapidbyte.arrow;

import org.jspecify.annotations.NullMarked;
