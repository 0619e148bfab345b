package io.rapidbyte.model;

import java.util.List;

/**
 * One column as a side of a comparison knows it.
 *
 * @param nativeType the side's own type, in its own spelling
 * @param forms in which its values can be compared, best first; the scheme says what they are
 */
public record ComparableColumn(String name, String nativeType, List<String> forms) {
    public ComparableColumn {
        forms = List.copyOf(forms);
    }
}
