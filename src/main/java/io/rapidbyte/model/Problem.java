package io.rapidbyte.model;

import java.util.Optional;

/**
 * One thing wrong with a file, said so that a person can mend it.
 *
 * @param file as the user named it
 * @param line counts from 1; 0 where no line can be named
 * @param column counts from 1; 0 where no column can be named
 * @param key dotted path of the key concerned, such as {@code source.streams[0].name}
 * @param hint what to write instead
 */
public record Problem(String file, int line, int column, String key, String message, Optional<String> hint) {

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line);
        }
        if (line > 0 && column > 0) {
            text.append(':').append(column);
        }
        text.append(": ");
        if (!key.isEmpty()) {
            text.append(key).append(": ");
        }
        text.append(message);
        hint.ifPresent(h -> text.append(" (").append(h).append(')'));
        return text.toString();
    }
}
