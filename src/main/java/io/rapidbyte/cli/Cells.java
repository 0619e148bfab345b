package io.rapidbyte.cli;

/** How many cells of a terminal a text takes. Pure functions. */
final class Cells {
    private static final char ESCAPE = '\u001b';
    private static final int FIRST_WIDE = 0x1100;

    /** Firsts and lasts of what takes two cells: East Asian scripts, full-width forms, pictures. */
    private static final int[][] WIDE = {
        {0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x2E80, 0x303E}, {0x3041, 0x33FF}, {0x3400, 0x4DBF},
        {0x4E00, 0x9FFF}, {0xA000, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60},
        {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}
    };

    private Cells() {}

    /** The cells of a line, styles not counted. */
    static int of(String text) {
        int cells = 0;
        for (int i = 0; i < text.length(); ) {
            if (text.charAt(i) == ESCAPE) {
                i = Math.max(i, text.indexOf('m', i)) + 1;
                continue;
            }
            int c = text.codePointAt(i);
            cells += of(c);
            i += Character.charCount(c);
        }
        return cells;
    }

    private static int of(int c) {
        int type = Character.getType(c);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        return c >= FIRST_WIDE && wide(c) ? 2 : 1;
    }

    private static boolean wide(int c) {
        for (int[] range : WIDE) {
            if (c >= range[0] && c <= range[1]) {
                return true;
            }
        }
        return false;
    }

    /** At most {@code cells} of {@code text}, cut in the middle, since names often differ at their ends. */
    static String fit(String text, int cells) {
        if (of(text) <= cells) {
            return text;
        }
        if (cells < 1) {
            return "";
        }
        int head = (cells - 1) / 2;
        return head(text, head) + "…" + tail(text, cells - 1 - head);
    }

    /** The longest beginning that takes no more than {@code cells}. */
    static String head(String text, int cells) {
        int end = 0;
        for (int used = 0; end < text.length(); end = text.offsetByCodePoints(end, 1)) {
            used += of(text.codePointAt(end));
            if (used > cells) {
                break;
            }
        }
        return text.substring(0, end);
    }

    private static String tail(String text, int cells) {
        int start = text.length();
        for (int used = 0; start > 0; start = text.offsetByCodePoints(start, -1)) {
            used += of(text.codePointBefore(start));
            if (used > cells) {
                break;
            }
        }
        return text.substring(start);
    }

    /** With spaces on one side up to {@code cells}. */
    static String pad(String text, int cells, Table.Align align) {
        String spaces = " ".repeat(Math.max(0, cells - of(text)));
        return align == Table.Align.LEFT ? text + spaces : spaces + text;
    }
}
