/** The product as its users meet it: pipeline files in, real PostgreSQL servers on both sides. */
@NullMarked
package io.rapidbyte.e2e;

import org.jspecify.annotations.NullMarked;
