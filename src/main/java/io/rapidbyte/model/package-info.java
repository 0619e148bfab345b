/**
 * The words every room shares: pipelines, streams, stages, batches, errors. Immutable records and
 * enums without behaviour beyond their own consistency; safe on any thread. The records that have a
 * twin in {@code wit/rapidbyte-connector.wit} carry its names.
 */
@NullMarked
package io.rapidbyte.model;

import org.jspecify.annotations.NullMarked;
