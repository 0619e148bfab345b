/**
 * The workshop where connectors are found, checked and driven: manifests, the catalogue, the typed
 * life of an instance, and the host's side of the contract (sockets, logs, state) behind what the
 * manifest grants. Blocking calls; an instance belongs to one guest thread. No event loop in here.
 */
@NullMarked
package io.rapidbyte.connector;

import org.jspecify.annotations.NullMarked;
