/**
 * Begins connectors: writes a project that builds, from templates among the resources. Pure file work, on the calling thread; knows
 * nothing of the rest of the house.
 */
@NullMarked
package io.rapidbyte.scaffold;

import org.jspecify.annotations.NullMarked;
