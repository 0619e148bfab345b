/**
 * Nothing is lost or doubled, whatever dies: the program is started as a process of its own, killed, and started again; then both
 * servers are compared to the row.
 */
@NullMarked
package io.rapidbyte.crash;

import org.jspecify.annotations.NullMarked;
