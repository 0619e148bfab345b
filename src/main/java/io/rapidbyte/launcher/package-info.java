/**
 * The first classes of {@code java -jar rapidbyte.jar}: they replace the bare JVM the user started by
 * one that has the optimising compiler and our flags, in the same process. Main thread only; imports
 * nothing but the JDK, so that it starts fast.
 */
@NullMarked
package io.rapidbyte.launcher;

import org.jspecify.annotations.NullMarked;
