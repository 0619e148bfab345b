/**
 * Pipeline files: YAML in, immutable records out, with every problem found in one pass. Pure
 * functions of their input; safe on any thread. Knows nothing of connectors beyond their names.
 */
@NullMarked
package io.rapidbyte.config;

import org.jspecify.annotations.NullMarked;
