/** Tests of the metrics and traces, against a real event bus and a real receiver of OTLP. */
@NullMarked
package io.rapidbyte.telemetry;

import org.jspecify.annotations.NullMarked;
