/**
 * The cellar where guests run: loads core WebAssembly modules, links them by a WIT world, calls their
 * exports and serves their imports. Knows nothing of pipelines, and nobody above it sees a polyglot
 * type. {@link io.rapidbyte.wasm.GuestEngine} and {@link io.rapidbyte.wasm.GuestModule} may be used
 * from any thread; an instance belongs to the {@link io.rapidbyte.wasm.GuestThread} that made it, and
 * only its {@code cancel} may be called from elsewhere.
 */
@NullMarked
package io.rapidbyte.wasm;

import org.jspecify.annotations.NullMarked;
