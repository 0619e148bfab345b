package io.rapidbyte.arrow;

/** A text is no value of the column's type; the message names the column and the type, and does not show the value. */
public final class UnreadableValueException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadableValueException(String message) {
        super(message);
    }
}
