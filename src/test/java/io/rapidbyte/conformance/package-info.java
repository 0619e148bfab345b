/** The conformance suite on guests that keep the contract and on such as break it. */
@NullMarked
package io.rapidbyte.conformance;

import org.jspecify.annotations.NullMarked;
