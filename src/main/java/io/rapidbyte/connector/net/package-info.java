/**
 * The guests' only way to the network: TCP and TLS behind what a manifest grants. Blocking calls on
 * the guest thread that owns the sockets; closing alone may come from elsewhere. Everything a guest
 * names here (hosts, handles, sizes, certificates) is treated as hostile (I30).
 */
@NullMarked
package io.rapidbyte.connector.net;

import org.jspecify.annotations.NullMarked;
