/**
 * What others can measure of us: Prometheus metrics and OpenTelemetry traces, made from the run events on the event bus and from what
 * the engine holds. A face: the server mounts it, nobody below knows it, and no run waits for it. Meters may be read on any thread;
 * events arrive on an event loop.
 */
@NullMarked
package io.rapidbyte.telemetry;

import org.jspecify.annotations.NullMarked;
