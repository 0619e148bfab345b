package io.rapidbyte.wasm.abi;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The tokens of a document, taken one by one. */
final class WitTokens {
    private final List<WitLexer.Token> tokens;
    private int next;

    WitTokens(String text) {
        this.tokens = WitLexer.tokens(text);
    }

    WitLexer.Token peek() {
        return tokens.get(next);
    }

    WitLexer.Token next() {
        WitLexer.Token token = peek();
        if (next < tokens.size() - 1) {
            next++;
        }
        return token;
    }

    boolean atEnd() {
        return next == tokens.size() - 1;
    }

    boolean accept(String text) {
        if (!peek().is(text) || atEnd()) {
            return false;
        }
        next();
        return true;
    }

    void expect(String text) {
        if (!accept(text)) {
            throw error("expected '" + text + "', found " + found());
        }
    }

    /** An identifier; keywords are names where a name is wanted. */
    String name() {
        if (!peek().word()) {
            throw error("expected a name, found " + found());
        }
        return next().text();
    }

    /** What stands between two brackets, with commas between and perhaps one at the end. */
    <T> List<T> list(String open, String close, Supplier<T> item) {
        List<T> items = new ArrayList<>();
        expect(open);
        while (!accept(close)) {
            items.add(item.get());
            if (!peek().is(close)) {
                expect(",");
            }
        }
        return items;
    }

    WitSyntaxException error(String problem) {
        return new WitSyntaxException(peek().line(), problem);
    }

    private String found() {
        return atEnd() ? "the end of the document" : "'" + peek().text() + "'";
    }
}
