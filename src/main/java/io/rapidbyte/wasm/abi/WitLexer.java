package io.rapidbyte.wasm.abi;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Cuts a WIT document into tokens. Comments, doc comments among them, are left out. */
final class WitLexer {
    /** A token; {@code word} tells an identifier or keyword from punctuation. */
    record Token(String text, boolean word, boolean escaped, int line) {
        boolean is(String expected) {
            return !escaped && text.equals(expected);
        }
    }

    /** Far above any contract; keeps a wrong file from being read for long. */
    static final int MAX_CHARS = 4 << 20;

    private final String text;
    private int at;
    private int line = 1;

    private WitLexer(String text) {
        this.text = text;
    }

    /** Ends with one token of empty text. */
    static List<Token> tokens(String text) {
        if (text.length() > MAX_CHARS) {
            throw new WitSyntaxException(1, "the document is longer than " + MAX_CHARS + " characters");
        }
        return new WitLexer(text).all();
    }

    private List<Token> all() {
        List<Token> tokens = new ArrayList<>();
        while (true) {
            skipBlanks();
            if (at == text.length()) {
                tokens.add(new Token("", false, false, line));
                return tokens;
            }
            tokens.add(next());
        }
    }

    private Token next() {
        char c = text.charAt(at);
        boolean escaped = c == '%';
        int start = escaped ? at + 1 : at;
        int end = start;
        while (end < text.length() && isWordPart(text.charAt(end), end > start)) {
            end++;
        }
        if (end > start) {
            at = end;
            return word(text.substring(start, end), escaped);
        }
        // Of the digits there are, only those of ASCII: others would begin a number of no characters, again and again.
        if (c >= '0' && c <= '9') {
            return number();
        }
        if (text.startsWith("->", at)) {
            at += 2;
            return new Token("->", false, false, line);
        }
        if ("{}()<>,;:=.@/*_".indexOf(c) < 0) {
            throw new WitSyntaxException(line, "unexpected character '" + c + "'");
        }
        at++;
        return new Token(String.valueOf(c), false, false, line);
    }

    private Token word(String word, boolean escaped) {
        for (String part : word.split("-", -1)) {
            boolean started = !part.isEmpty() && !Character.isDigit(part.charAt(0));
            boolean oneCase = part.equals(part.toLowerCase(Locale.ROOT)) || part.equals(part.toUpperCase(Locale.ROOT));
            if (!started || !oneCase) {
                throw new WitSyntaxException(line, "'" + word + "' is not a kebab-case name");
            }
        }
        return new Token(word, true, escaped, line);
    }

    /** A version; anything else that starts with a digit is refused where it stands. */
    private Token number() {
        int start = at;
        while (at < text.length() && isVersionPart(text.charAt(at))) {
            at++;
        }
        int end = at;
        // `use a/b@1.0.0.{c}` ends its version before the last dot.
        if (text.charAt(end - 1) == '.') {
            end--;
            at--;
        }
        return new Token(text.substring(start, end), false, false, line);
    }

    private static boolean isWordPart(char c, boolean inside) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (inside && (c == '-' || (c >= '0' && c <= '9')));
    }

    private static boolean isVersionPart(char c) {
        return isWordPart(c, true) || c == '.' || c == '+';
    }

    private void skipBlanks() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '\n') {
                line++;
                at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else if (text.startsWith("//", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                skipBlock();
            } else {
                return;
            }
        }
    }

    /** Block comments nest. */
    private void skipBlock() {
        int opened = line;
        int depth = 0;
        do {
            if (at >= text.length()) {
                throw new WitSyntaxException(opened, "the comment is never closed");
            } else if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                line += text.charAt(at) == '\n' ? 1 : 0;
                at++;
            }
        } while (depth > 0);
    }
}
