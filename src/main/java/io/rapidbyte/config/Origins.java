package io.rapidbyte.config;

import java.util.Map;
import java.util.TreeMap;

/**
 * Where each part of a pipeline stands in its file.
 *
 * @param file the file as the user named it
 * @param marks position by JSON pointer (RFC 6901) into the document, such as {@code /source/config/port}
 */
public record Origins(String file, Map<String, Mark> marks) {
    public Origins {
        marks = new TreeMap<>(marks);
    }

    /** Line and column count from 1. */
    public record Mark(int line, int column) {}

    /** The mark of {@code pointer}, or of its nearest ancestor that has one. */
    public Mark locate(String pointer) {
        String at = pointer;
        while (true) {
            Mark mark = marks.get(at);
            if (mark != null) {
                return mark;
            }
            if (at.isEmpty()) {
                return new Mark(1, 1);
            }
            at = at.substring(0, Math.max(0, at.lastIndexOf('/')));
        }
    }
}
