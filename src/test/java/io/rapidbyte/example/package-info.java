/**
 * What programs that embed Rapidbyte may look like. The classes named {@code …Example} know nothing of it but its messages; {@code docs} shows
 * them, and the tests beside them run them.
 */
@NullMarked
package io.rapidbyte.example;

import org.jspecify.annotations.NullMarked;
