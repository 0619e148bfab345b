/** Tests of the guests' sockets against real servers on loopback. */
@NullMarked
package io.rapidbyte.connector.net;

import org.jspecify.annotations.NullMarked;
