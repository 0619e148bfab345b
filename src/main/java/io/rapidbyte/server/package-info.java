/**
 * The face for programs and browsers: REST, live feeds, health. {@link io.rapidbyte.server.Server} is the door. The API stands in
 * {@code openapi.yaml}, of which the router is built. One verticle on one event loop, on which everything in here lives where a
 * class does not say otherwise; what blocks on files is done on Vert.x workers. What runs do is heard on the event bus.
 */
@NullMarked
package io.rapidbyte.server;

import org.jspecify.annotations.NullMarked;
