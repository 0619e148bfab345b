/** Feeds parsers with broken input. Used by the tests that stand beside each parser. */
@NullMarked
package io.rapidbyte.fuzz;

import org.jspecify.annotations.NullMarked;
