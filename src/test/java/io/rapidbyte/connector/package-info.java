/** Tests of the connector room: manifests, the catalogue and instances with real guests. */
@NullMarked
package io.rapidbyte.connector;

import org.jspecify.annotations.NullMarked;
