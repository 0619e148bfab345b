/** The roof: wires the rooms below by hand and nothing else. */
@NullMarked
package io.rapidbyte;

import org.jspecify.annotations.NullMarked;
