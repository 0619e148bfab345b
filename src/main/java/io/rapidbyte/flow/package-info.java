/**
 * The way of the batches: stages, the edges between them, and what travels there. Only this room
 * knows that a hop is a message on the event bus. A stage lives on two threads: its event loop takes
 * messages, credits and commands and never blocks; its guest thread runs the connector and may block.
 * {@code engine} deploys stages and hears of them; nobody else calls in here.
 */
@NullMarked
package io.rapidbyte.flow;

import org.jspecify.annotations.NullMarked;
