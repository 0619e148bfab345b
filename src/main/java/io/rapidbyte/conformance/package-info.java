/**
 * The conformance suite for connectors: runs a module in its sandbox, plays the host to it, and says clause by clause
 * whether it keeps the contract. Called from any thread, which waits; each guest runs on a thread of its own. Uses no
 * engine, so that what it finds is the connector's doing.
 */
@NullMarked
package io.rapidbyte.conformance;

import org.jspecify.annotations.NullMarked;
