/**
 * WIT documents, the values they describe, and the component model's canonical ABI that carries such
 * values in and out of a linear memory. Pure computation over a
 * {@link io.rapidbyte.wasm.abi.LinearMemory}: no engine, no threads, no I/O. Everything a guest hands
 * over is checked before it is believed (I30).
 */
@NullMarked
package io.rapidbyte.wasm.abi;

import org.jspecify.annotations.NullMarked;
